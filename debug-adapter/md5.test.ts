/** MD5: the test suite of RFC 1321, and Node's beside ours at every length around the ends of blocks. */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { md5 } from './md5.ts';

it.each([
  ['', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['a', '0cc175b9c0f1b6a831c399e269772661'],
  ['abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
  ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 'd174ab98d277d9f5a5611c2c9f419d9f'],
  ['1234567890'.repeat(8), '57edf4a22be3c955ac49da2e2107b67a'],
])('of "%s"', (text, digest) => {
  expect(md5(new TextEncoder().encode(text))).toBe(digest);
});

it('is that of Node for every length around the ends of blocks, and for parts of a buffer', () => {
  const all = Uint8Array.from({ length: 70_000 }, (_, n) => (n * 197 + (n >>> 8)) & 0xff);
  const lengths = [...Array.from({ length: 200 }, (_, n) => n), 4095, 4096, 65_535, 65_536, 69_990];
  for (const length of lengths) {
    const part = all.subarray(7, 7 + length);
    expect(md5(part), `${length} bytes`).toBe(createHash('md5').update(part).digest('hex'));
  }
});
