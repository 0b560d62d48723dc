/* Owns bytes for transfers of tests that are nowhere the same, so that a byte in a wrong place is seen. */

import { createHash } from 'node:crypto';

/** A linear congruential sequence of words. @param length bytes, a multiple of four. */
export function pattern(length: number): Uint8Array {
  const words = new Uint32Array(length / 4);
  for (let i = 0, word = 1; i < words.length; i++) {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    words[i] = word;
  }
  return new Uint8Array(words.buffer);
}

/** SHA-256 in hexadecimal. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
