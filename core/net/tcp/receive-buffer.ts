/*
 * Owns the bytes that the peer has sent and the user has not read, in order or not (RFC 9293, 3.10.7.4: segments
 * may be kept beyond a gap). Everything lies in one ring of the size of the receive window, and the list of
 * ranges behind the first gap is limited too: a hostile peer costs no more memory than an honest one.
 */

import { ByteRing } from './ring.ts';
import { seqAdd, seqDiff, seqLe, seqLt, seqMax, type Sequence } from './sequence.ts';

/** Ranges behind the first gap. What would make another one is dropped and has to be sent again. */
const MAX_RANGES = 32;

interface Range {
  start: Sequence;
  end: Sequence;
}

export class ReceiveBuffer {
  readonly #ring: ByteRing;
  /** Sorted, apart from each other, all behind `#next`. */
  readonly #ranges: Range[] = [];
  #next: Sequence;
  #available = 0;
  /** The start of the data that came last, for the order of SACK blocks. */
  #latest: Sequence;

  /** @param next the sequence number of the first byte. */
  constructor(capacity: number, next: Sequence) {
    this.#ring = new ByteRing(capacity);
    this.#next = next;
    this.#latest = next;
  }

  /** The sequence number of the first byte that is missing. */
  get next(): Sequence {
    return this.#next;
  }

  /** Bytes in order that wait to be read. */
  get available(): number {
    return this.#available;
  }

  /** Bytes that may come behind `next`. */
  get window(): number {
    return this.#ring.capacity - this.#available;
  }

  /** True when something lies behind a gap. */
  get hasGap(): boolean {
    return this.#ranges.length > 0;
  }

  /** Keeps the part of `data` that lies within the window; true when `next` has moved. */
  insert(seq: Sequence, data: Uint8Array): boolean {
    const skip = Math.max(0, seqDiff(this.#next, seq));
    const offset = Math.max(0, seqDiff(seq, this.#next));
    const part = data.subarray(skip, Math.max(skip, skip + this.window - offset));
    if (part.length === 0) {
      return false;
    }
    const start = seqAdd(this.#next, offset);
    const end = seqAdd(start, part.length);
    if (offset > 0 && !this.#merge(start, end)) {
      return false;
    }
    this.#ring.write(this.#available + offset, part);
    this.#latest = start;
    if (offset > 0) {
      return false;
    }
    this.#advance(end);
    return true;
  }

  /** Takes at most `max` bytes, in order. */
  read(max: number): Uint8Array {
    const data = this.#ring.read(0, Math.min(max, this.#available));
    this.#ring.drop(data.length);
    this.#available -= data.length;
    return data;
  }

  /** The ranges behind the gap, the one with the latest data first (RFC 2018, 4), at most `max`. */
  sackBlocks(max: number): (readonly [Sequence, Sequence])[] {
    const latest = this.#ranges.find(
      (range) => seqLe(range.start, this.#latest) && seqLt(this.#latest, range.end),
    );
    const others = this.#ranges.filter((range) => range !== latest);
    return [...(latest === undefined ? [] : [latest]), ...others]
      .slice(0, max)
      .map(({ start, end }) => [start, end]);
  }

  /** Adds a range to the list, joined with those it touches; false when the list is full. */
  #merge(start: Sequence, end: Sequence): boolean {
    const ranges = this.#ranges;
    let first = 0;
    while (first < ranges.length && seqLt(ranges[first]!.end, start)) {
      first++;
    }
    let last = first;
    const joined = { start, end };
    while (last < ranges.length && seqLe(ranges[last]!.start, end)) {
      const range = ranges[last]!;
      joined.start = seqLt(range.start, joined.start) ? range.start : joined.start;
      joined.end = seqMax(range.end, joined.end);
      last++;
    }
    if (first === last && ranges.length === MAX_RANGES) {
      return false;
    }
    ranges.splice(first, last - first, joined);
    return true;
  }

  /** Everything up to `end`, and what is joined to it, is in order now. */
  #advance(end: Sequence): void {
    let next = end;
    for (
      let range = this.#ranges[0];
      range !== undefined && seqLe(range.start, next);
      range = this.#ranges[0]
    ) {
      next = seqMax(next, range.end);
      this.#ranges.shift();
    }
    this.#available += seqDiff(next, this.#next);
    this.#next = next;
  }
}
