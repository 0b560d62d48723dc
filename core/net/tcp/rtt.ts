/*
 * Owns the retransmission time-out (RFC 6298): smoothed round trip time, its variation, back-off. Times in ticks.
 * The least time-out is 200 ms instead of the RFC's second: the other end of this wire is in the same room.
 */

import { milliseconds, seconds } from '../timers.ts';

const FIRST = seconds(1);
const LEAST = milliseconds(200);
const MOST = seconds(60);
const GRANULARITY = milliseconds(1);

export class RoundTripEstimator {
  #smoothed: number | undefined;
  #variation = 0;
  #timeout = FIRST;
  #backoff = 0;

  /** The present time-out, backed off. */
  get timeout(): number {
    return Math.min(MOST, this.#timeout * 2 ** this.#backoff);
  }

  /** A round trip was measured, of a segment that was sent once (Karn) or by timestamps. */
  sample(ticks: number): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = ticks;
      this.#variation = ticks / 2;
    } else {
      this.#variation += (Math.abs(this.#smoothed - ticks) - this.#variation) / 4;
      this.#smoothed += (ticks - this.#smoothed) / 8;
    }
    const timeout = this.#smoothed + Math.max(GRANULARITY, 4 * this.#variation);
    this.#timeout = Math.ceil(Math.min(MOST, Math.max(LEAST, timeout)));
  }

  /** The timer fired: twice the time from now on (5.5). */
  backOff(): void {
    this.#backoff = Math.min(this.#backoff + 1, 16);
  }

  /** New data was acknowledged. */
  resetBackOff(): void {
    this.#backoff = 0;
  }
}
