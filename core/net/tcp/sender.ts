/*
 * Owns the sending half of a connection: the SND variables of RFC 9293 (3.3.1), what may be sent now (3.8.6.2.1,
 * avoidance of silly windows; Nagle's algorithm is off, because the data comes from another TCP that has had its
 * say), retransmission, and probing of closed windows (3.8.6.1). The sequence space is SYN, data, FIN.
 *
 * A time-out goes back to the oldest byte and sends again from there as the congestion window opens; `nxt` is
 * then behind `max`, the highest number ever sent.
 */

import type { NetTimer, NetTimers } from '../timers.ts';
import { NewReno } from './congestion.ts';
import { RoundTripEstimator } from './rtt.ts';
import { SendBuffer } from './send-buffer.ts';
import { Flag } from './segment.ts';
import { seqAdd, seqDiff, seqLe, seqLt, seqMax, type Sequence } from './sequence.ts';

/** Retransmissions of the same data before the connection is given up (R2 of RFC 9293, 3.8.3): minutes. */
const MAX_RETRANSMISSIONS = 10;
const MAX_SYN_RETRANSMISSIONS = 5;

export interface SenderSettings {
  readonly timers: NetTimers;
  readonly iss: Sequence;
  /** Bytes, a power of two. */
  readonly capacity: number;
  /** Sends a segment with this control bits, next to the ACK that the connection adds. */
  emit(seq: Sequence, flags: number, data: Uint8Array): void;
  /** The peer does not answer any more. */
  giveUp(): void;
}

/** What an acknowledgement says, its window scaled. */
export interface Acknowledgement {
  readonly seq: Sequence;
  readonly ack: Sequence;
  readonly window: number;
  /** It carries no data, SYN or FIN, so it may be a duplicate that tells of a loss. */
  readonly bare: boolean;
  /** The round trip in ticks by timestamps; undefined without them. */
  readonly roundTrip: number | undefined;
}

const NOTHING = new Uint8Array();

export class Sender {
  readonly #settings: SenderSettings;
  readonly #buffer: SendBuffer;
  readonly #rtt = new RoundTripEstimator();
  readonly #timer: NetTimer;
  #congestion: NewReno;
  #mss = 536;
  #una: Sequence;
  #nxt: Sequence;
  #max: Sequence;
  #window = 0;
  #maxWindow = 0;
  #wl1: Sequence = 0;
  #wl2: Sequence = 0;
  #synFlags = 0;
  #open = false;
  #finished = false;
  #retransmissions = 0;
  #lastSent = 0;
  /** A segment whose round trip is measured, without timestamps. */
  #timed: { readonly end: Sequence; readonly at: number } | undefined;

  constructor(settings: SenderSettings) {
    this.#settings = settings;
    this.#una = settings.iss;
    this.#nxt = settings.iss;
    this.#max = settings.iss;
    this.#buffer = new SendBuffer(settings.capacity, seqAdd(settings.iss, 1));
    this.#congestion = new NewReno(this.#mss, settings.iss);
    this.#timer = settings.timers.create(() => {
      this.#timedOut();
    });
  }

  /** The oldest number that is not acknowledged. */
  get una(): Sequence {
    return this.#una;
  }

  /** The number behind everything that was ever sent: SND.NXT of the RFC's tests. */
  get max(): Sequence {
    return this.#max;
  }

  /** The largest window that the peer has offered (MAX.SND.WND of RFC 5961, 5.2). */
  get maxWindow(): number {
    return this.#maxWindow;
  }

  /** Bytes that `append` would take. */
  get space(): number {
    return this.#buffer.space;
  }

  /** Bytes that the peer has not acknowledged, sent or not. */
  get pending(): number {
    return this.#buffer.length;
  }

  /** `finish` has been called. */
  get finishing(): boolean {
    return this.#finished;
  }

  /** The FIN has been acknowledged. */
  get finAcknowledged(): boolean {
    return this.#finished && seqLt(this.#buffer.end, this.#una);
  }

  /** Sends the SYN, with `flags` beside it; again if it was sent before. */
  sendSyn(flags: number): void {
    this.#synFlags = Flag.SYN | flags;
    this.#emit(this.#settings.iss, this.#synFlags, NOTHING);
    this.#nxt = this.#max;
    this.#arm(false);
  }

  /** The handshake is over: data may flow in segments of at most `mss` bytes of data. */
  open(mss: number): void {
    this.#mss = mss;
    this.#congestion = new NewReno(mss, this.#una);
    this.#open = true;
  }

  /** Takes what fits of `data` and sends what may be sent. */
  append(data: Uint8Array): number {
    const count = this.#finished ? 0 : this.#buffer.append(data);
    this.output();
    return count;
  }

  /** No more data comes: the FIN follows the last byte. */
  finish(): void {
    this.#finished = true;
    this.output();
  }

  /** Takes an acknowledgement between `una` and `max`. Gives true when it acknowledged something new. */
  acknowledge(message: Acknowledgement): boolean {
    const { ack } = message;
    const inFlight = seqDiff(this.#max, this.#una);
    const advanced = seqLt(this.#una, ack);
    const duplicate =
      !advanced && ack === this.#una && message.bare && message.window === this.#window && inFlight > 0;
    if (advanced) {
      this.#advance(message);
    }
    this.#updateWindow(message);
    if (duplicate && this.#open && this.#window > 0) {
      if (this.#congestion.duplicate(this.#una, this.#max, inFlight) === 'retransmit') {
        this.#retransmitFirst();
        this.#arm(true);
      }
    }
    this.output();
    return advanced;
  }

  /** Sends what windows and congestion allow. */
  output(): void {
    if (!this.#open) {
      return;
    }
    const idle = this.#max === this.#una && this.#settings.timers.now() - this.#lastSent > this.#rtt.timeout;
    if (idle) {
      this.#congestion.idled();
    }
    const allowed = seqAdd(this.#una, Math.min(this.#window, this.#congestion.window));
    for (;;) {
      const unsent = seqDiff(this.#buffer.end, this.#nxt);
      const usable = seqDiff(allowed, this.#nxt);
      const length = Math.min(unsent, usable, this.#mss);
      const fin = this.#finished && length === unsent && usable > length;
      const worthwhile = length === unsent || length === this.#mss || length >= this.#maxWindow / 2;
      // Behind the FIN `unsent` is negative.
      if (unsent < 0 || (!fin && (length <= 0 || !worthwhile))) {
        break;
      }
      const at = this.#nxt;
      const push = length === unsent && length > 0 ? Flag.PSH : 0;
      this.#nxt = seqAdd(at, length + (fin ? 1 : 0));
      this.#emit(at, push | (fin ? Flag.FIN : 0), this.#buffer.slice(at, length));
    }
    this.#arm(false);
  }

  /** Stops the timer for good. */
  close(): void {
    this.#open = false;
    this.#timer.cancel();
    this.#buffer.acknowledge(this.#buffer.end);
  }

  #advance({ ack, roundTrip }: Acknowledgement): void {
    const acked = seqDiff(ack, this.#una);
    if (roundTrip !== undefined) {
      this.#rtt.sample(roundTrip);
    } else if (this.#timed !== undefined && seqLe(this.#timed.end, ack)) {
      this.#rtt.sample(this.#settings.timers.now() - this.#timed.at);
      this.#timed = undefined;
    }
    this.#buffer.acknowledge(ack);
    this.#una = ack;
    this.#nxt = seqMax(this.#nxt, ack);
    this.#retransmissions = 0;
    this.#rtt.resetBackOff();
    const action = this.#congestion.acknowledged(ack, acked, seqDiff(this.#max, ack));
    if (action === 'retransmit') {
      this.#retransmitFirst();
    }
    this.#arm(true);
  }

  /** RFC 9293, 3.10.7.4: only a segment that is not older than the last update may change the window. */
  #updateWindow({ seq, ack, window }: Acknowledgement): void {
    if (seqLt(this.#wl1, seq) || (this.#wl1 === seq && seqLe(this.#wl2, ack)) || this.#maxWindow === 0) {
      if (this.#window === 0 && window > 0) {
        this.#retransmissions = 0;
        this.#rtt.resetBackOff();
        this.#arm(true);
      }
      this.#window = window;
      this.#maxWindow = Math.max(this.#maxWindow, window);
      this.#wl1 = seq;
      this.#wl2 = ack;
    }
  }

  /** Sends one segment from the oldest byte again. */
  #retransmitFirst(): void {
    const length = Math.min(this.#mss, seqDiff(this.#buffer.end, this.#una));
    const fin =
      this.#finished && seqAdd(this.#una, length) === this.#buffer.end && seqLt(this.#buffer.end, this.#max);
    this.#emit(this.#una, fin ? Flag.FIN : 0, this.#buffer.slice(this.#una, Math.max(0, length)));
  }

  #timedOut(): void {
    const limit = this.#open ? MAX_RETRANSMISSIONS : MAX_SYN_RETRANSMISSIONS;
    if (this.#retransmissions === limit) {
      this.#settings.giveUp();
      return;
    }
    const again = this.#retransmissions > 0;
    this.#retransmissions++;
    this.#rtt.backOff();
    this.#timed = undefined;
    if (!this.#open) {
      this.#emit(this.#settings.iss, this.#synFlags, NOTHING);
    } else {
      const inFlight = seqDiff(this.#max, this.#una);
      this.#nxt = this.#una;
      if (this.#window === 0 || inFlight === 0) {
        this.#probe();
      } else {
        this.#congestion.timedOut(this.#max, inFlight, again);
        this.output();
      }
    }
    this.#arm(true);
  }

  /**
   * Sends one byte, or the FIN, into a window that is closed or too small. Its acknowledgement tells the window;
   * `nxt` stays, so that the byte is sent again as part of the segment that the window will allow.
   */
  #probe(): void {
    const length = Math.min(
      seqDiff(this.#buffer.end, this.#una),
      Math.max(1, Math.min(this.#window, this.#mss)),
    );
    const fin = length === 0 && this.#finished ? Flag.FIN : 0;
    this.#emit(this.#una, fin, this.#buffer.slice(this.#una, length));
  }

  /** The peer answered while its window is closed: it lives, so probing goes on (3.8.6.1). */
  heard(): void {
    if (this.#window === 0) {
      this.#retransmissions = 0;
    }
  }

  #emit(seq: Sequence, flags: number, data: Uint8Array): void {
    const { timers, emit } = this.#settings;
    const length = data.length + ((flags & (Flag.SYN | Flag.FIN)) === 0 ? 0 : 1);
    const end = seqAdd(seq, length);
    if (seqLt(seq, this.#max)) {
      this.#timed = undefined; // sent before: its acknowledgement would be ambiguous
    } else {
      this.#timed ??= { end, at: timers.now() };
    }
    this.#max = seqMax(this.#max, end);
    this.#lastSent = timers.now();
    emit(seq, flags, data);
  }

  /** Keeps the timer running while anything waits for the peer. */
  #arm(restart: boolean): void {
    const end = seqAdd(this.#buffer.end, this.#finished ? 1 : 0);
    const waiting = this.#open ? this.#una !== end : this.#una !== this.#max;
    if (!waiting) {
      this.#timer.cancel();
    } else if (restart || !this.#timer.pending) {
      this.#timer.startAfter(this.#rtt.timeout);
    }
  }
}
