import { describe, expect, it } from 'vitest';
import { Block } from '../cpu/decode/code-cache.ts';
import { modeOf } from './mode.ts';
import { type FoundBlock, type FoundRegion, regionOf } from './region.ts';
import { createSteadiness } from './steadiness.ts';

/** A region with a block on each of these pages; those of `changed` have been written to. */
function region(pages: readonly number[], changed: readonly number[]): FoundRegion {
  const blocks = pages.map((page, index): FoundBlock => {
    const source = new Block(page * 0x1000 + 16, 1, [], false);
    source.valid = !changed.includes(page);
    return {
      index,
      eip: source.physical,
      source,
      terminator: { kind: 'fall', next: 0 },
      known: [],
    };
  });
  return regionOf({ mode: modeOf(0), misses: 0 }, blocks);
}

describe('code that keeps changing', () => {
  it('is known by its page; who calls it is not to blame', () => {
    const steadiness = createSteadiness(() => 0);
    for (let n = 0; n < 4; n++) {
      expect(steadiness.isUnsteady(0x5000)).toBe(false);
      steadiness.blame(region([1, 5], [5]));
    }
    expect(steadiness.isUnsteady(0x5fff)).toBe(true);
    expect(steadiness.changes(0x1000)).toBe(0);
  });

  it('counts once for a region, however many of its blocks have changed', () => {
    const steadiness = createSteadiness(() => 0);
    steadiness.blame(region([5, 5, 5], [5]));
    expect(steadiness.changes(0x5000)).toBe(1);
  });

  it('is forgiven when it has been left alone for long', () => {
    let now = 0;
    const steadiness = createSteadiness(() => now);
    for (let n = 0; n < 6; n++) steadiness.blame(region([5], [5]));
    now = 4_000_000;
    expect(steadiness.isUnsteady(0x5000)).toBe(true);
    now = 6_000_000;
    expect(steadiness.changes(0x5000)).toBe(0);
    steadiness.blame(region([5], [5]));
    expect(steadiness.changes(0x5000)).toBe(1);
  });
});
