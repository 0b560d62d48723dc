/*
 * Owns the congestion window: slow start, congestion avoidance, fast retransmit and fast recovery (RFC 5681) as
 * NewReno (RFC 6582), with limited transmit (RFC 3042) and the initial window of RFC 6928. It decides how much
 * may be in flight and when to retransmit; the sender does it. Bytes everywhere.
 */

import { seqLe, seqLt, type Sequence } from './sequence.ts';

const DUPLICATES_FOR_RETRANSMIT = 3;

/** What the sender has to do after an acknowledgement. */
export type CongestionAction = 'nothing' | 'retransmit';

export class NewReno {
  readonly #mss: number;
  #window: number;
  #threshold = Infinity;
  #duplicates = 0;
  #recovering = false;
  /** Duplicates that acknowledge nothing beyond this point are echoes of an old loss. */
  #recover: Sequence;

  constructor(mss: number, initial: Sequence) {
    this.#mss = mss;
    this.#window = this.#initialWindow();
    this.#recover = initial;
  }

  /** The bytes that may be in flight. */
  get window(): number {
    const limited = this.#recovering
      ? 0
      : Math.min(this.#duplicates, DUPLICATES_FOR_RETRANSMIT - 1) * this.#mss;
    return this.#window + limited;
  }

  get recovering(): boolean {
    return this.#recovering;
  }

  /**
   * New data was acknowledged.
   * @param acked its bytes.
   * @param inFlight the bytes that are still in flight.
   */
  acknowledged(ack: Sequence, acked: number, inFlight: number): CongestionAction {
    this.#duplicates = 0;
    const mss = this.#mss;
    if (!this.#recovering) {
      this.#window +=
        this.#window < this.#threshold
          ? Math.min(acked, mss)
          : Math.max(1, Math.floor((mss * mss) / this.#window));
      return 'nothing';
    }
    if (seqLe(this.#recover, ack)) {
      this.#recovering = false;
      this.#window = Math.min(this.#threshold, Math.max(inFlight, mss) + mss);
      return 'nothing';
    }
    // A partial acknowledgement: the next segment is lost too (RFC 6582, 3.2, step 3).
    this.#window = Math.max(mss, this.#window - acked + (acked >= mss ? mss : 0));
    return 'retransmit';
  }

  /**
   * The same acknowledgement came again while data is in flight.
   * @param una the acknowledged point. @param max the highest sequence number sent.
   */
  duplicate(una: Sequence, max: Sequence, inFlight: number): CongestionAction {
    if (this.#recovering) {
      this.#window += this.#mss;
      return 'nothing';
    }
    this.#duplicates++;
    if (this.#duplicates !== DUPLICATES_FOR_RETRANSMIT || seqLt(una, this.#recover)) {
      return 'nothing';
    }
    this.#recovering = true;
    this.#recover = max;
    this.#threshold = Math.max(inFlight / 2, 2 * this.#mss);
    this.#window = this.#threshold + DUPLICATES_FOR_RETRANSMIT * this.#mss;
    return 'retransmit';
  }

  /**
   * The retransmission timer fired.
   * @param again the same data had been retransmitted before: the threshold stays (RFC 5681, 3.1).
   */
  timedOut(max: Sequence, inFlight: number, again: boolean): void {
    if (!again) {
      this.#threshold = Math.max(inFlight / 2, 2 * this.#mss);
    }
    this.#window = this.#mss;
    this.#duplicates = 0;
    this.#recovering = false;
    this.#recover = max;
  }

  /** Nothing was sent for longer than a time-out (RFC 5681, 4.1). */
  idled(): void {
    this.#window = Math.min(this.#window, this.#initialWindow());
  }

  #initialWindow(): number {
    return Math.min(10 * this.#mss, Math.max(2 * this.#mss, 14600));
  }
}
