/*
 * Owns the bytes that a user has handed over and the peer has not acknowledged: the part of the send sequence
 * space that is data. It takes what fits and never more.
 */

import { ByteRing } from './ring.ts';
import { seqAdd, seqDiff, type Sequence } from './sequence.ts';

export class SendBuffer {
  readonly #ring: ByteRing;
  #start: Sequence;
  #length = 0;

  /** @param start the sequence number of the first byte. */
  constructor(capacity: number, start: Sequence) {
    this.#ring = new ByteRing(capacity);
    this.#start = start;
  }

  /** Bytes held. */
  get length(): number {
    return this.#length;
  }

  get space(): number {
    return this.#ring.capacity - this.#length;
  }

  /** The sequence number behind the last byte. */
  get end(): Sequence {
    return seqAdd(this.#start, this.#length);
  }

  /** Takes as many of the bytes as fit and gives their number. */
  append(data: Uint8Array): number {
    const count = Math.min(data.length, this.space);
    this.#ring.write(this.#length, data.subarray(0, count));
    this.#length += count;
    return count;
  }

  /** At most `length` bytes from `seq` on, a copy. */
  slice(seq: Sequence, length: number): Uint8Array {
    const at = seqDiff(seq, this.#start);
    return this.#ring.read(at, Math.min(length, this.#length - at));
  }

  /** Forgets the bytes before `seq`; one behind the end (a FIN was acknowledged) forgets all. */
  acknowledge(seq: Sequence): void {
    const count = Math.min(Math.max(0, seqDiff(seq, this.#start)), this.#length);
    this.#ring.drop(count);
    this.#start = seqAdd(this.#start, count);
    this.#length -= count;
  }
}
