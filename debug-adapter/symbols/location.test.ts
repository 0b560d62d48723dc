/** Numbers and their bytes, of any length: a damaged type may say any. */
import { expect, it } from 'vitest';
import { seededRandom } from './testing/random.ts';
import { littleEndian, toNumber } from './location.ts';

it('bytes become numbers and numbers bytes, the lowest first', () => {
  expect(toNumber(Uint8Array.of())).toBe(0n);
  expect(toNumber(Uint8Array.of(0x78, 0x56, 0x34, 0x12))).toBe(0x12345678n);
  expect(toNumber(Uint8Array.of(1, 0, 0, 0, 0x80))).toBe(0x80_0000_0001n);
  expect(littleEndian(0x123n, 4)).toEqual(Uint8Array.of(0x23, 1, 0, 0));
  expect(littleEndian(-2n, 3)).toEqual(Uint8Array.of(0xfe, 0xff, 0xff));
  expect(littleEndian(0x12345n, 2)).toEqual(Uint8Array.of(0x45, 0x23));
  expect(littleEndian(7n, 0)).toEqual(Uint8Array.of());
  const random = seededRandom(1);
  for (const length of [1, 5, 8, 10, 16, 257, 0xffff]) {
    const bytes = Uint8Array.from({ length }, () => random(256));
    expect(littleEndian(toNumber(bytes), length)).toEqual(bytes);
  }
});
