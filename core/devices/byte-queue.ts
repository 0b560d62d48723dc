/*
 * Owns a first-in first-out queue of bytes in a ring that doubles when it is full and makes no garbage
 * otherwise.
 */

/** An unlimited queue of bytes. */
export class ByteQueue {
  #ring = new Uint8Array(64);
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  pushByte(byte: number): void {
    if (this.#length === this.#ring.length) {
      const bytes = this.toBytes();
      this.#ring = new Uint8Array(2 * bytes.length);
      this.#ring.set(bytes);
      this.#first = 0;
    }
    this.#ring[(this.#first + this.#length) & (this.#ring.length - 1)] = byte;
    this.#length++;
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      this.pushByte(byte);
    }
  }

  /** Takes the oldest byte. Throws when there is none. */
  shift(): number {
    if (this.#length === 0) {
      throw new RangeError('The byte queue is empty.');
    }
    const byte = this.#ring[this.#first]!;
    this.#first = (this.#first + 1) & (this.#ring.length - 1);
    this.#length--;
    return byte;
  }

  clear(): void {
    this.#first = 0;
    this.#length = 0;
  }

  /** A copy of the contents, oldest first. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    for (let i = 0; i < bytes.length; i++) {
      bytes[i] = this.#ring[(this.#first + i) & (this.#ring.length - 1)]!;
    }
    return bytes;
  }
}
