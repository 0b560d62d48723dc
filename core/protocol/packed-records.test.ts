/** Rows of a ring that has gone round, and what they unpack to. */
import { describe, expect, it } from 'vitest';
import { rowsOf, SwitchWord, TransitionWord, unpackSwitches, unpackTransitions } from './packed-records.ts';

describe('rows of a ring of four', () => {
  /** Two numbers a row, after six rows: of the first two nothing is left. */
  const ring = Float64Array.of(4, 40, 5, 50, 2, 20, 3, 30);
  const taken = (first: number, most: number) => {
    const { first: from, rows } = rowsOf(ring, 2, 6, first, most);
    return [from, ...rows];
  };

  it('come in the order of their numbers, where the ring goes round too', () => {
    expect(taken(2, 9)).toEqual([2, 2, 20, 3, 30, 4, 40, 5, 50]);
    expect(taken(3, 2)).toEqual([3, 3, 30, 4, 40]);
    expect(taken(5, 1)).toEqual([5, 5, 50]);
  });

  it('are those that are left', () => {
    expect(taken(0, 1)).toEqual([2, 2, 20]);
    expect(taken(6, 5)).toEqual([6]);
    expect(taken(-1, 0)).toEqual([2]);
  });

  it('are a copy', () => {
    const { rows } = rowsOf(ring, 2, 6, 2, 1);
    rows[0] = 99;
    expect(ring).not.toContain(99);
  });
});

it('unpack to what was recorded, unsigned where it is an address', () => {
  const rows = new Int32Array(TransitionWord.End);
  new Float64Array(rows.buffer)[0] = 2 ** 40 + 1;
  rows[TransitionWord.Kind] = 1 | (3 << 8) | (4 << 12);
  rows.set([0x20, -1, -4096, -1, 2], TransitionWord.Vector);
  rows.set([0x10023, -16, 0x2b, 8], TransitionWord.From);
  expect(unpackTransitions({ first: 7, rows })).toEqual([
    {
      ...{
        sequence: 7,
        instructions: 2 ** 40 + 1,
        kind: 'interrupt',
        vector: 0x20,
        errorCode: -1,
        coroutine: 2,
      },
      ...{ cr3: 0xffff_f000, cr2: 0xffff_ffff },
      from: { cs: 0x23, eip: 0xffff_fff0, ss: 0x2b, esp: 8, ring: 3, v86: false },
      to: { cs: 0, eip: 0, ss: 0, esp: 0, ring: 0, v86: true },
    },
  ]);
  const switched = Float64Array.of(5, 0, 1, 4, 0xc010_0000, 0xfeaf_f000, 1, 2, 3, 4);
  expect(switched).toHaveLength(SwitchWord.End);
  expect(unpackSwitches({ first: 3, rows: switched })).toEqual([
    {
      ...{ sequence: 3, instructions: 5, from: 0, to: 1, operation: 4, parameters: [1, 2, 3, 4] },
      ...{ fromCaller: 0xc010_0000, toCaller: 0xfeaf_f000 },
    },
  ]);
});
