/*
 * Owns a stream of bytes that looks random and is a function of its seed: xoshiro128** of Blackman and Vigna, seeded by
 * SplitMix32. For guests that want entropy in a machine that must not have any; nothing secret may depend on it.
 */

/** Saved state: four words. */
export type SeededBytesState = readonly number[];

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/** A stream of bytes. */
export class SeededBytes {
  readonly #s = new Int32Array(4);

  /** @param seed 32 bits */
  constructor(seed: number) {
    let state = seed | 0;
    for (let n = 0; n < 4; n++) {
      state = (state + 0x9e37_79b9) | 0;
      let z = Math.imul(state ^ (state >>> 16), 0x85eb_ca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2_ae35);
      this.#s[n] = z ^ (z >>> 16);
    }
  }

  /** The next `length` bytes; each word gives four. */
  take(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 4) {
      const word = this.#next();
      for (let n = 0; n < 4 && at + n < length; n++) bytes[at + n] = word >>> (8 * n);
    }
    return bytes;
  }

  save(): SeededBytesState {
    return [...this.#s];
  }

  restore(state: SeededBytesState): void {
    this.#s.set(state);
  }

  #next(): number {
    const s = this.#s;
    const result = Math.imul(rotate(Math.imul(s[1]!, 5), 7), 9);
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotate(s[3]!, 11);
    return result;
  }
}
