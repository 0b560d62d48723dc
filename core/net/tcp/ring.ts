/*
 * Owns a ring of bytes that grows by doubling up to a limit: an idle connection costs little, a busy one no
 * garbage. Positions count from the oldest byte that has not been dropped. It does not know which positions
 * hold data: its users do.
 */

const FIRST_SIZE = 4096;

export class ByteRing {
  readonly capacity: number;
  #bytes: Uint8Array;
  #first = 0;

  /** @param capacity the limit in bytes, a power of two of at least 4096. */
  constructor(capacity: number) {
    if (capacity < FIRST_SIZE || (capacity & (capacity - 1)) !== 0) {
      throw new RangeError(`A ring of ${capacity} bytes: expected a power of two of at least ${FIRST_SIZE}.`);
    }
    this.capacity = capacity;
    this.#bytes = new Uint8Array(FIRST_SIZE);
  }

  /** Writes at `position`. The caller keeps the end within the capacity. */
  write(position: number, data: Uint8Array): void {
    this.#grow(position + data.length);
    const size = this.#bytes.length;
    const at = (this.#first + position) & (size - 1);
    const head = Math.min(data.length, size - at);
    this.#bytes.set(data.subarray(0, head), at);
    this.#bytes.set(data.subarray(head), 0);
  }

  /** A copy of `length` bytes from `position`, which lie within what was written. */
  read(position: number, length: number): Uint8Array {
    const size = this.#bytes.length;
    const at = (this.#first + position) & (size - 1);
    if (at + length <= size) {
      return this.#bytes.slice(at, at + length);
    }
    const copy = new Uint8Array(length);
    const head = this.#bytes.subarray(at);
    copy.set(head);
    copy.set(this.#bytes.subarray(0, length - head.length), head.length);
    return copy;
  }

  /** Forgets the oldest `count` bytes. */
  drop(count: number): void {
    this.#first = (this.#first + count) & (this.#bytes.length - 1);
  }

  #grow(length: number): void {
    const old = this.#bytes;
    if (length <= old.length) {
      return;
    }
    if (length > this.capacity) {
      throw new RangeError(`A ring of ${this.capacity} bytes was asked to hold ${length}.`);
    }
    let size = old.length;
    while (size < length) {
      size *= 2;
    }
    this.#bytes = new Uint8Array(size);
    this.#bytes.set(old.subarray(this.#first));
    this.#bytes.set(old.subarray(0, this.#first), old.length - this.#first);
    this.#first = 0;
  }
}
