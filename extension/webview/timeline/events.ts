/**
 * Events on a line of time, as columns of numbers: a million of them take some tens of megabytes, and are found and summed
 * without looking at each.
 *
 * Time is counted in retired instructions. An event says which lane is occupied from it on, so between two events the lane is
 * known. When the store is full the oldest quarter is forgotten.
 */

/** Events of a block, whose sums are kept. */
const BLOCK = 64;

/** The first index in [from, to) whose value is at least `wanted`, else `to`. */
export function lowerBound(sorted: Float64Array, wanted: number, from: number, to: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class Events<Column extends string> {
  private readonly times: Float64Array;
  private readonly occupied: Uint8Array;
  private readonly data: Record<Column, Float64Array>;
  /** Time that was spent in each lane before each block begins. */
  private readonly sums: Float64Array;
  private used = 0;
  private sequence = 0;

  /** @param capacity a multiple of 4 blocks. @param lanes at most 255 */
  constructor(
    readonly columns: readonly Column[],
    readonly lanes: number,
    readonly capacity = 1 << 20,
  ) {
    this.times = new Float64Array(capacity);
    this.occupied = new Uint8Array(capacity);
    this.sums = new Float64Array((capacity / BLOCK) * lanes);
    this.data = Object.fromEntries(columns.map((name) => [name, new Float64Array(capacity)])) as Record<
      Column,
      Float64Array
    >;
  }

  get length(): number {
    return this.used;
  }

  /** How many were forgotten: the number of the first one that is kept. */
  get forgotten(): number {
    return this.sequence;
  }

  /** @param time not before that of the last event */
  push(time: number, lane: number, values: Readonly<Record<Column, number>>): void {
    if (this.used === this.capacity) this.forget(this.capacity / 4);
    const at = this.used++;
    this.times[at] = time;
    this.occupied[at] = lane;
    for (const name of this.columns) this.data[name][at] = values[name];
    if (at % BLOCK === 0) this.sumUp(at);
  }

  /** Begins the block of event `at`. */
  private sumUp(at: number): void {
    const block = at / BLOCK;
    const row = block * this.lanes;
    for (let lane = 0; lane < this.lanes; lane++)
      this.sums[row + lane] = block === 0 ? 0 : this.sums[row - this.lanes + lane];
    if (block > 0) this.addTo(this.sums, row, at - BLOCK, at);
  }

  /** Adds the times between the events [from, to] to the lanes in `sums` at `row`. */
  private addTo(sums: Float64Array, row: number, from: number, to: number): void {
    for (let n = from; n < to; n++) sums[row + this.occupied[n]] += this.times[n + 1] - this.times[n];
  }

  private forget(count: number): void {
    this.times.copyWithin(0, count);
    this.occupied.copyWithin(0, count);
    for (const name of this.columns) this.data[name].copyWithin(0, count);
    this.used -= count;
    this.sequence += count;
    for (let at = 0; at < this.used; at += BLOCK) this.sumUp(at);
  }

  clear(): void {
    this.used = 0;
    this.sequence = 0;
  }

  time(n: number): number {
    return this.times[n];
  }

  lane(n: number): number {
    return this.occupied[n];
  }

  get(name: Column, n: number): number {
    return this.data[name][n];
  }

  /** The first event at or after a time. */
  at(time: number, from = 0): number {
    return lowerBound(this.times, time, from, this.used);
  }

  /**
   * How the time from `begin` to `end` is shared by lanes.
   * @param end of what is known: behind the last event its lane goes on
   * @param shares receives the time of each lane
   */
  shares(begin: number, end: number, shares: Float64Array): void {
    shares.fill(0);
    const first = this.at(begin);
    const last = this.at(end, first);
    if (first > 0) shares[this.occupied[first - 1]] += (first < last ? this.times[first] : end) - begin;
    if (first === last) return;
    const [from, to] = [Math.ceil(first / BLOCK) * BLOCK, Math.floor((last - 1) / BLOCK) * BLOCK];
    if (from < to) {
      this.addTo(shares, 0, first, from);
      const [begun, ended] = [(from / BLOCK) * this.lanes, (to / BLOCK) * this.lanes];
      for (let lane = 0; lane < this.lanes; lane++)
        shares[lane] += this.sums[ended + lane] - this.sums[begun + lane];
      this.addTo(shares, 0, to, last - 1);
    } else this.addTo(shares, 0, first, last - 1);
    shares[this.occupied[last - 1]] += end - this.times[last - 1];
  }
}
