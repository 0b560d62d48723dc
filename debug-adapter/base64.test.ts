import { expect, it } from 'vitest';
import { fromBase64, toBase64 } from './base64.ts';

it('bytes of any length are written as others write them, and read again', () => {
  for (const length of [0, 1, 2, 3, 4, 255, 256, 257, 70_000]) {
    const bytes = Uint8Array.from({ length }, (_, n) => (n * 89 + (n >> 8)) & 0xff);
    const text = Buffer.from(bytes).toString('base64');
    expect(toBase64(bytes) === text).toBe(true);
    expect(fromBase64(text)).toEqual(bytes);
  }
  expect(fromBase64('%')).toBeUndefined();
});
