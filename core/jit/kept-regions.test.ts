import { describe, expect, it } from 'vitest';
import { createRandom } from '../testing/random.ts';
import { hashOf, isWhole, type KeptRegion, packKept, unpackKept } from './kept-regions.ts';
import { packOrder } from './parcel.ts';
import { warmUpOrder } from './warm-up.ts';

const order = warmUpOrder(7);
const size = order.region.blocks.reduce((sum, { source }) => sum + source.size, 0);
const TRANSLATOR = 11;
const words = packOrder(order);
const object = Int32Array.of(3, 0, -5);
const region = (looks: number, age: number): KeptRegion => ({
  words,
  code: Uint8Array.from({ length: size }, (_, n) => n * 7),
  object,
  hash: hashOf(words, object),
  looks,
  age,
});

describe('regions that are kept', () => {
  it('are what they were', () => {
    const regions = [region(0, 0), region(Infinity, 2), region(2, 1)];
    expect(unpackKept(packKept(regions, TRANSLATOR), TRANSLATOR)).toEqual(regions);
    expect(unpackKept(packKept([], TRANSLATOR), TRANSLATOR)).toEqual([]);
  });

  it('may lie anywhere in memory', () => {
    const bytes = packKept([region(1, 0)], TRANSLATOR);
    const elsewhere = new Uint8Array(bytes.length + 3).subarray(3);
    elsewhere.set(bytes);
    expect(unpackKept(elsewhere, TRANSLATOR)).toEqual([region(1, 0)]);
  });

  it('keep what another translator has made of them to themselves', () => {
    const [one] = unpackKept(packKept([region(2, 1)], TRANSLATOR), TRANSLATOR + 1);
    expect(one).toEqual({ ...region(2, 1), object: undefined });
    expect(isWhole(one!)).toBe(false);
  });

  it('tell whether what was made of them is as it was', () => {
    expect(isWhole(region(0, 0))).toBe(true);
    for (let n = 0; n < object.length; n++)
      expect(
        isWhole({ ...region(0, 0), object: object.map((word, at) => (at === n ? word ^ 4096 : word)) }),
      ).toBe(false);
    for (let n = 0; n < words.length; n++)
      expect(isWhole({ ...region(0, 0), words: words.map((word, at) => (at === n ? ~word : word)) })).toBe(
        false,
      );
  });

  it('are those before the place where bytes were cut off', () => {
    const one = packKept([region(0, 0)], TRANSLATOR);
    const two = packKept([region(0, 0), region(1, 0)], TRANSLATOR);
    for (const length of [one.length, one.length + 16, two.length - 4])
      expect(unpackKept(two.subarray(0, length), TRANSLATOR).length).toBe(1);
    expect(unpackKept(one.subarray(0, one.length - 4), TRANSLATOR)).toEqual([]);
  });

  it('are none, or some, where bytes were damaged: that is no error', () => {
    const random = createRandom(1);
    const whole = packKept([region(0, 0), region(1, 0)], TRANSLATOR);
    for (let n = 0; n < 3000; n++) {
      const bytes = whole.slice();
      for (let flips = 1 + random(3); flips > 0; flips--) bytes[random(bytes.length)]! ^= 1 << random(8);
      for (const { words, code } of unpackKept(bytes, TRANSLATOR)) {
        expect(words.length).toBeGreaterThan(0);
        expect(code.length).toBeGreaterThan(0);
      }
    }
    expect(
      unpackKept(
        Uint8Array.from({ length: 4096 }, () => random(256)),
        TRANSLATOR,
      ),
    ).toEqual([]);
    expect(unpackKept(new Uint8Array(4096).fill(0xff), TRANSLATOR)).toEqual([]);
  });
});
