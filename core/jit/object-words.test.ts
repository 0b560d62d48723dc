/** Object code on its way; that it runs as what was never packed does is in `tiers.test.ts`, ways `late` and `recalled`. */
import { describe, expect, it } from 'vitest';
import { translate } from './compile.ts';
import { link } from './link.ts';
import { codeOf, joinObjects, madeOf, packObject, splitObjects } from './object-words.ts';
import { warmUpOrder } from './warm-up.ts';
import { fillGap } from './wasm/bytes.ts';
import { Gap } from './wasm/code.ts';

describe('what was made of a region', () => {
  const { region } = warmUpOrder(0);
  const translated = translate(region);
  const object = packObject(region, translated);

  it('is as words what it was', () => {
    expect(codeOf(object)).toEqual(translated.code);
    const { exits, sites, cost } = madeOf(region, object);
    const { made } = translated;
    expect(cost).toBe(made.cost);
    expect(exits.length).toBeGreaterThan(10);
    expect(Array.from({ length: exits.length }, (_, n) => exits.at(n))).toEqual(
      Array.from({ length: made.exits.length }, (_, n) => ({
        ...{ access: undefined, apart: undefined, special: undefined, unknown: undefined },
        ...{ usual: false, fillable: false },
        ...made.exits.at(n),
      })),
    );
    expect(sites.length).toBe(made.sites.length);
  });

  it('stands among others', () => {
    const [first, second, ...more] = splitObjects(joinObjects([object, object]));
    expect(more).toEqual([]);
    expect(first).toEqual(object);
    expect(codeOf(second!)).toEqual(translated.code);
  });

  it('becomes part of any module, at any place', () => {
    const { code } = translated;
    const one = link([{ code, place: 3 }]);
    const two = link([
      { code, place: 70_000 },
      { code, place: 5 },
    ]);
    expect(WebAssembly.Module.exports(one.module).map(({ name }) => name)).toEqual(['3']);
    expect(WebAssembly.Module.exports(two.module).map(({ name }) => name)).toEqual(['70000', '5']);
    expect(WebAssembly.Module.imports(two.module)).toEqual(WebAssembly.Module.imports(one.module));
    expect(code.gaps.some(({ kind }) => kind === Gap.Place)).toBe(true);
  });
});

describe('a gap', () => {
  it('takes any number of 31 bits, as five bytes', () => {
    for (const value of [0, 1, 127, 128, 70_000 << 12, 0x7fff_ffff]) {
      const bytes = new Uint8Array(7).fill(0xee);
      fillGap(bytes, 1, value);
      let read = 0;
      for (let n = 4; n >= 0; n--) read = read * 128 + (bytes[1 + n]! & 0x7f);
      expect(read).toBe(value);
      expect([...bytes.subarray(1, 6)].map((byte) => byte >>> 7)).toEqual([1, 1, 1, 1, 0]);
      expect([bytes[0], bytes[6]]).toEqual([0xee, 0xee]);
    }
  });
});
