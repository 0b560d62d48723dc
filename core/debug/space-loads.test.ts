/** The record of CR3 loads: the last rows, and the values of late. */
import { describe, expect, it } from 'vitest';
import { createSpaceLoads } from './space-loads.ts';

/** Loads `values` one after the other. */
function load(values: readonly number[]) {
  const loads = createSpaceLoads();
  values.forEach((value, n) => {
    loads.note(n, 0xc010_0000, values[n - 1] ?? 0, value);
  });
  return loads;
}

describe('the record of CR3 loads', () => {
  it('has the values in the order of their last loads, each once', () => {
    expect(load([0x1000, 0x2000, 0x1000, 0xffff_f000 | 0]).values()).toEqual([0x2000, 0x1000, 0xffff_f000]);
  });

  it('goes on knowing values whose rows are written over', () => {
    const loads = load([0x9000, ...Array.from({ length: 10_000 }, (_, n) => (n & 1) * 0x1000)]);
    expect(loads.values()).toEqual([0x9000, 0, 0x1000]);
    expect(loads.since(0, 10_001)).toHaveLength(4096);
    expect(loads.since(10_000, 1)).toEqual([
      { sequence: 10_000, instructions: 10_000, eip: 0xc010_0000, before: 0, value: 0x1000 },
    ]);
  });

  it('forgets all but the latest 256', () => {
    const values = load(Array.from({ length: 5000 }, (_, n) => n)).values();
    expect(values).toEqual(Array.from({ length: 256 }, (_, n) => 4744 + n));
  });
});
