/** Ranges get their meaning from landmarks, page by page. */
import { describe, expect, it } from 'vitest';
import { MappingFlag } from '../core/protocol/debug-protocol.ts';
import { type Landmark, regionsOf } from './regions.ts';

const range = (start: number, last: number, physical: number, flags: number) => ({
  start: Uint32Array.of(start),
  last: Uint32Array.of(last),
  physical: Uint32Array.of(physical),
  flags: Uint32Array.of(flags),
});
const landmark = (start: number, last: number, name: string): Landmark => ({
  start,
  last,
  kind: 'image',
  name,
});
const shown = (regions: ReturnType<typeof regionsOf>) =>
  regions.map(({ start, last, region, name }) => [start, last, region, ...(name ? [name] : [])]);

describe('regions', () => {
  it('are what flags and size say where no landmark is', () => {
    const kinds = (start: number, last: number, physical: number, flags: number) =>
      regionsOf(range(start, last, physical, flags), []).map(({ region }) => region);
    expect(kinds(0x1000, 0x1fff, 0, MappingFlag.User)).toEqual(['user']);
    expect(kinds(0x1000, 0x1fff, 0, MappingFlag.Device)).toEqual(['device']);
    expect(kinds(0xc000_0000, 0xc000_0fff, 0, 0)).toEqual(['kernel']);
    expect(kinds(0xc000_0000, 0xc0ff_ffff, 0, 0)).toEqual(['direct-map']);
    expect(kinds(0, 0xff_ffff, 0, 0)).toEqual(['identity-map']);
  });

  it('are cut at the pages of landmarks, and keep their frames', () => {
    const regions = regionsOf(range(0xc000_0000, 0xc0ff_ffff, 0x10_0000, 0), [
      landmark(0xc010_0010, 0xc010_1234, '.text'),
    ]);
    expect(shown(regions)).toEqual([
      [0xc000_0000, 0xc00f_ffff, 'direct-map'],
      [0xc010_0000, 0xc010_1fff, 'image', '.text'],
      [0xc010_2000, 0xc0ff_ffff, 'direct-map'],
    ]);
    expect(regions.map(({ physical }) => physical)).toEqual([0x10_0000, 0x20_0000, 0x20_2000]);
  });

  it('of landmarks that share a page are those of the first, and none lies outside of a range', () => {
    const regions = regionsOf(range(0x2000, 0x4fff, 0x2000, MappingFlag.User), [
      landmark(0x3800, 0x38ff, 'b'),
      landmark(0, 0x3fff, 'a'),
      landmark(0xffff_f000, 0xffff_ffff, 'top'),
    ]);
    expect(shown(regions)).toEqual([
      [0x2000, 0x2fff, 'image', 'a'],
      [0x3000, 0x3fff, 'image', 'b'],
      [0x4000, 0x4fff, 'user'],
    ]);
  });
});
