import { describe, expect, it } from 'vitest';
import { createHeat } from '../cpu/direct/heat.ts';
import { PhysicalMemory } from '../memory/physical-memory.ts';
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

function createRecord(now = () => 0, hot = 1000) {
  const memory = new PhysicalMemory(1 << 20);
  const heat = createHeat(memory.wasm);
  return { heat, ram: memory.bytes, ...createSteadiness(now, memory.bytes, heat, hot) };
}

describe('code that keeps changing', () => {
  it('is known by its page; who calls it is not to blame', () => {
    const steadiness = createRecord();
    for (let n = 0; n < 4; n++) {
      expect(steadiness.isUnsteady(0x5000)).toBe(false);
      steadiness.blame(region([1, 5], [5]));
    }
    expect(steadiness.isUnsteady(0x5fff)).toBe(true);
    expect(steadiness.changes(0x1000)).toBe(0);
  });

  it('counts once for a region, however many of its blocks have changed', () => {
    const steadiness = createRecord();
    steadiness.blame(region([5, 5, 5], [5]));
    expect(steadiness.changes(0x5000)).toBe(1);
  });

  it('is forgiven when it has been left alone for long', () => {
    let now = 0;
    const steadiness = createRecord(() => now);
    for (let n = 0; n < 6; n++) steadiness.blame(region([5], [5]));
    now = 4_000_000;
    expect(steadiness.isUnsteady(0x5000)).toBe(true);
    now = 6_000_000;
    expect(steadiness.changes(0x5000)).toBe(0);
    steadiness.blame(region([5], [5]));
    expect(steadiness.changes(0x5000)).toBe(1);
  });
});

describe('code that has become hot', () => {
  const PLACE = 0x5100;

  it('is settled when it is the same some runs later', () => {
    const { heat, isSettled } = createRecord();
    heat.set(PLACE, 1000);
    expect(isSettled(PLACE)).toBe(false);
    expect(heat.of(PLACE)).toBe(1000 - 64);
    expect(isSettled(PLACE)).toBe(true);
  });

  it('becomes hot once more where it has changed, and its page is to blame', () => {
    const { heat, ram, isSettled, changes } = createRecord();
    expect(isSettled(PLACE)).toBe(false);
    ram[PLACE + 31] = 1;
    expect(isSettled(PLACE)).toBe(false);
    expect(heat.of(PLACE)).toBe(0);
    expect(changes(PLACE)).toBe(1);
    expect(isSettled(PLACE)).toBe(true);
    // From now on more runs lie between two looks.
    expect(isSettled(PLACE)).toBe(false);
    expect(heat.of(PLACE)).toBe(1000 - 128);
  });

  it('does not wait where few runs make it hot', () => {
    expect(createRecord(undefined, 4).isSettled(PLACE)).toBe(true);
  });

  it('is looked at in its own page alone', () => {
    const { ram, isSettled } = createRecord();
    const last = 0x5ff8;
    expect(isSettled(last)).toBe(false);
    ram[0x6000] = 1;
    expect(isSettled(last)).toBe(true);
  });
});
