/*
 * Owns the receiving half of a connection: the RCV variables of RFC 9293 (3.3.1), which segments are acceptable
 * (3.4), the window that is offered (3.8.6.2.2: it opens in steps worth sending, and never shrinks), and when to
 * acknowledge (RFC 5681, 4.2: every second segment, at once when something is out of order, else a little later).
 */

import { milliseconds, type NetTimer, type NetTimers } from '../timers.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { Flag, segmentLength, type Segment } from './segment.ts';
import { seqAdd, seqDiff, seqLe, seqLt, type Sequence } from './sequence.ts';

const DELAYED_ACK = milliseconds(40);
/** The largest value of the window field. */
const MAX_WINDOW = 0xffff;

export interface ReceiverSettings {
  readonly timers: NetTimers;
  readonly irs: Sequence;
  /** Bytes, a power of two. */
  readonly capacity: number;
  /** Size of the segments that are expected. */
  readonly mss: number;
  /** Sends an acknowledgement. */
  acknowledge(): void;
}

export class Receiver {
  readonly #settings: ReceiverSettings;
  readonly #buffer: ReceiveBuffer;
  readonly #timer: NetTimer;
  /** The right edge of the window that the peer knows. */
  #edge: Sequence;
  /** The number of the FIN, when it has come, in order or not. */
  #fin: Sequence | undefined;
  #unacknowledged = 0;

  constructor(settings: ReceiverSettings) {
    this.#settings = settings;
    const first = seqAdd(settings.irs, 1);
    this.#buffer = new ReceiveBuffer(settings.capacity, first);
    this.#edge = first;
    this.#timer = settings.timers.create(() => {
      settings.acknowledge();
    });
  }

  /** RCV.NXT: the next number that is expected, behind the FIN when that has come. */
  get next(): Sequence {
    return this.ended ? seqAdd(this.#buffer.next, 1) : this.#buffer.next;
  }

  /** Everything up to the FIN has come. */
  get ended(): boolean {
    return this.#fin === this.#buffer.next;
  }

  /** Bytes to read. */
  get available(): number {
    return this.#buffer.available;
  }

  /** RFC 9293, 3.4: does some part of the segment lie in the window? */
  acceptable(segment: Segment): boolean {
    const window = Math.max(0, seqDiff(this.#edge, this.next));
    const length = segmentLength(segment);
    const offset = seqDiff(segment.seq, this.next);
    if (length === 0) {
      return offset === 0 || (offset > 0 && offset < window);
    }
    return window > 0 && offset < window && offset + length > 0;
  }

  /** Takes data and FIN of an acceptable segment and sees to its acknowledgement. True when `next` has moved. */
  accept(segment: Segment): boolean {
    const before = this.next;
    const end = seqAdd(segment.seq, segment.data.length);
    const hadGap = this.#buffer.hasGap;
    if ((segment.flags & Flag.FIN) !== 0 && this.#fin === undefined && seqLt(end, this.#edge)) {
      this.#fin = end;
    }
    const beyond = this.#fin === undefined ? 0 : Math.max(0, seqDiff(end, this.#fin));
    const data = segment.data.subarray(0, Math.max(0, segment.data.length - beyond));
    this.#buffer.insert(segment.seq, data.subarray(0, Math.max(0, seqDiff(this.#edge, segment.seq))));
    const moved = seqDiff(this.next, before);
    if (moved === 0 || hadGap || this.ended || ++this.#unacknowledged >= 2) {
      this.#settings.acknowledge();
    } else if (!this.#timer.pending) {
      this.#timer.startAfter(DELAYED_ACK);
    }
    return moved !== 0;
  }

  /** Takes at most `max` bytes and tells the peer when that opens a window worth sending into. */
  read(max: number): Uint8Array {
    const data = this.#buffer.read(max);
    // While the peer has half a window left, the next ordinary acknowledgement is early enough.
    const known = seqDiff(this.#edge, this.next);
    if (!this.ended && known < this.#settings.capacity / 2 && seqLt(this.#edge, this.#wantedEdge())) {
      this.#settings.acknowledge();
    }
    return data;
  }

  /** An acknowledgement goes out: the window to offer, in bytes, from `next`. @param unit what it is rounded to. */
  offer(unit: number): number {
    this.#unacknowledged = 0;
    this.#timer.cancel();
    const wanted = this.#wantedEdge();
    const offered = Math.min(MAX_WINDOW * unit, Math.max(0, seqDiff(wanted, this.next)));
    const window = offered - (offered % unit);
    const edge = seqAdd(this.next, window);
    if (seqLe(this.#edge, edge)) {
      this.#edge = edge;
      return window;
    }
    // Rounding must not take back what was promised.
    return Math.ceil(Math.max(0, seqDiff(this.#edge, this.next)) / unit) * unit;
  }

  sackBlocks(max: number): (readonly [Sequence, Sequence])[] {
    return this.#buffer.sackBlocks(max);
  }

  close(): void {
    this.#timer.cancel();
  }

  /** The edge to offer: the old one until the new one is a segment or half the buffer further. */
  #wantedEdge(): Sequence {
    const possible = seqAdd(this.#buffer.next, this.#buffer.window);
    const step = Math.min(this.#settings.mss, this.#settings.capacity / 2);
    return seqDiff(possible, this.#edge) >= step ? possible : this.#edge;
  }
}
