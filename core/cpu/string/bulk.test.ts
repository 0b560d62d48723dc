import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random.ts';
import { createBulk } from './bulk.ts';

/** Behind the pages that the module has for itself. */
const AREA = 0x1_0000;
const BYTES = 0x1000;

describe('many rounds at once', () => {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const bulk = createBulk(memory);
  const bytes = new Uint8Array(memory.buffer, AREA, BYTES);
  const random = createRandom(1);
  const scramble = () => {
    for (let n = 0; n < BYTES; n++) bytes[n] = random(4);
    return Array.from(bytes);
  };

  it('copy what array methods copy, and nothing beside it', () => {
    for (let trial = 0; trial < 50; trial++) {
      const expected = scramble();
      const [to, from, length] = [random(BYTES / 2), random(BYTES / 2), random(BYTES / 2)];
      bulk.copy(AREA + to, AREA + from, length);
      expect(Array.from(bytes)).toEqual(expected.copyWithin(to, from, from + length));
    }
  });

  it.each([1, 2, 4])('fill with elements of %i bytes', (size) => {
    for (let trial = 0; trial < 50; trial++) {
      const expected = scramble();
      const to = random(BYTES / 2);
      const length = random(BYTES / 8) * size;
      const value = random(2 ** 32);
      bulk.fill(AREA + to, value, size, length);
      for (let n = 0; n < length; n++) expected[to + n] = (value >>> ((n % size) * 8)) & 0xff;
      expect(Array.from(bytes)).toEqual(expected);
    }
  });

  it('find the first byte with a value, or none', () => {
    for (let trial = 0; trial < 50; trial++) {
      const from = random(BYTES / 2);
      const length = random(BYTES / 2);
      bytes.fill(1);
      const at = random(2 * length + 1);
      bytes[from + at] = 0x80;
      expect(bulk.find(AREA + from, 0xff80, length)).toBe(Math.min(at, length));
    }
  });

  it('zero whole pages, wherever in them something is, and none beside them', () => {
    const pages = new WebAssembly.Memory({ initial: 2 });
    const all = new Uint8Array(pages.buffer);
    const { clear } = createBulk(pages);
    for (let at = 0; at < BYTES; at++) {
      all[AREA + BYTES + at] = 1 << (at % 8);
      clear(AREA, 3 * BYTES);
      expect(all[AREA + BYTES + at]).toBe(0);
    }
    all.fill(0xff, AREA, AREA + 4 * BYTES);
    clear(AREA + BYTES, 2 * BYTES);
    const kept = (page: number) =>
      all.subarray(AREA + page * BYTES, AREA + (page + 1) * BYTES).every((byte) => byte === 0xff);
    expect([0, 1, 2, 3].map(kept)).toEqual([true, false, false, true]);
    expect(all.subarray(AREA + BYTES, AREA + 3 * BYTES).every((byte) => byte === 0)).toBe(true);
  });
});
