/** What has changed between two states of an address space. */
import { describe, expect, it } from 'vitest';
import type { MappedRange } from '../../../debug-adapter/custom-protocol.ts';
import { changesBetween, rangeAt } from './ranges.ts';

const range = (start: number, last: number, more: Partial<MappedRange> = {}): MappedRange => ({
  start,
  last,
  physical: start,
  flags: 'rw- user',
  region: 'user',
  ...more,
});

describe('ranges of an address space', () => {
  const ranges = [range(0x1000, 0x2fff), range(0x8000, 0x8fff)];

  it('are found by address', () => {
    expect(rangeAt(ranges, 0xfff)).toBeUndefined();
    expect(rangeAt(ranges, 0x1000)).toBe(ranges[0]);
    expect(rangeAt(ranges, 0x8fff)).toBe(ranges[1]);
    expect(rangeAt(ranges, 0x9000)).toBeUndefined();
  });

  it('that are the same have no changes, however they are cut', () => {
    expect(changesBetween(ranges, ranges)).toEqual([]);
    expect(changesBetween([range(0x1000, 0x4fff)], [range(0x1000, 0x2fff), range(0x3000, 0x4fff)])).toEqual(
      [],
    );
  });

  it('change by being mapped, unmapped, moved, and by their flags', () => {
    const now = [
      range(0x1000, 0x1fff),
      range(0x2000, 0x2fff, { flags: 'r-- user' }),
      range(0x3000, 0x3fff),
      range(0xffff_f000, 0xffff_ffff),
    ];
    expect(changesBetween(ranges, now)).toEqual([
      { start: 0x2000, last: 0x2fff, kind: 'flags' },
      { start: 0x3000, last: 0x3fff, kind: 'mapped' },
      { start: 0x8000, last: 0x8fff, kind: 'unmapped' },
      { start: 0xffff_f000, last: 0xffff_ffff, kind: 'mapped' },
    ]);
    expect(changesBetween([range(0, 0xfff)], [range(0, 0xfff, { physical: 0x5000 })])).toEqual([
      { start: 0, last: 0xfff, kind: 'moved' },
    ]);
  });
});
