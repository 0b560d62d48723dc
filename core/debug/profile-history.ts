/**
 * The history of a profile: virtual time in slices, and in each slice which nodes ran for how many ticks. Sums are exact; in which order the
 * nodes of one slice ran is not kept. When there are many entries, slices become one with their neighbours and from then on are twice as long.
 */
import type { ProfileHistory } from '../protocol/debug-protocol.ts';

/** Ticks of a slice at first: 10 µs of virtual time. */
const FIRST_SLICE = 1000;
/** Twice as many as the tree of calls can have nodes: a history has more than one slice whatever runs. */
const MAX_ENTRIES = 1 << 19;

export class History {
  private nodes: number[] = [];
  private ticks: number[] = [];
  /** Where each slice but the present one begins in `nodes`. */
  private starts: number[] = [];
  private length = FIRST_SLICE;
  /** The slice that is going on: ticks by node, in the order of their first. */
  private readonly now = new Map<number, number>();
  private spent = 0;
  /** The node that runs, and its ticks that are not in `now` yet. */
  private running = -1;
  private run = 0;

  constructor(private readonly most = MAX_ENTRIES) {}

  /** @param node -1 when nobody ran */
  note(node: number, ticks: number): void {
    if (node !== this.running) this.pause(node);
    this.run += ticks;
    this.spent += ticks;
    if (this.spent >= this.length) this.close();
  }

  /** What `running` has run goes to the slice; `next` runs now. */
  private pause(next: number): void {
    const { running, run } = this;
    if (run > 0) this.now.set(running, (this.now.get(running) ?? 0) + run);
    this.running = next;
    this.run = 0;
  }

  private close(): void {
    this.pause(this.running);
    if (this.now.size === 0) return;
    this.append(this.now);
    this.now.clear();
    this.spent = 0;
    while (this.nodes.length > this.most && this.starts.length > 1) this.halve();
  }

  /** A slice behind the others: it may have as many entries as the tree has nodes, too many for the arguments of one call. */
  private append(slice: ReadonlyMap<number, number>): void {
    this.starts.push(this.nodes.length);
    for (const [node, ticks] of slice) {
      this.nodes.push(node);
      this.ticks.push(ticks);
    }
  }

  /** Every two slices become one. */
  private halve(): void {
    const { nodes, ticks, starts } = this;
    this.nodes = [];
    this.ticks = [];
    this.starts = [];
    for (let n = 0; n < starts.length; n += 2) {
      const sum = new Map<number, number>();
      for (let at = starts[n]; at < (starts[n + 2] ?? nodes.length); at++)
        sum.set(nodes[at], (sum.get(nodes[at]) ?? 0) + ticks[at]);
      this.append(sum);
    }
    this.length *= 2;
  }

  /** All of it, with what is going on. */
  read(): ProfileHistory {
    this.close();
    return {
      nodes: Int32Array.from(this.nodes),
      ticks: Float64Array.from(this.ticks),
      slices: Uint32Array.from(this.starts),
    };
  }
}
