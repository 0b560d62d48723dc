/** Frames belong to the guest that has mapped them, unless the host lends them. */
import { MappingFlag } from '../core/protocol/debug-protocol.ts';
import { describe, expect, it } from 'vitest';
import type { MappedRange } from './custom-protocol.ts';
import { framesOf, withOwners } from './frame-owners.ts';
import { regionsOf } from './regions.ts';

const range = (
  start: number,
  size: number,
  physical: number,
  region: MappedRange['region'],
): MappedRange => ({
  ...{ start, last: start + size - 1, physical, region },
  flags: 'rw- supervisor',
});
const MIB = 0x10_0000;

const guest0 = {
  coroutine: 1,
  mappings: [
    range(0xc000_0000, 16 * MIB, 16 * MIB, 'direct-map'),
    range(0x0804_8000, 0x2000, 17 * MIB, 'program'),
    range(0xfd00_0000, 0x1000, 0x7000, 'passage'),
    range(0xfe00_0000, 0x1000, 0xfee0_0000, 'device'),
    // Memory that it got later, far from its direct map.
    range(0xd000_0000, 0x4000, 64 * MIB, 'kernel'),
  ],
};
const guest1 = { coroutine: 2, mappings: [range(0xc000_0000, 8 * MIB, 28 * MIB, 'direct-map')] };

describe('owners of frames', () => {
  it('are the guests that have mapped them, once, without what the host lends', () => {
    expect(framesOf([guest0, guest1])).toEqual([
      { start: 16 * MIB, last: 32 * MIB - 1, coroutine: 1 },
      { start: 32 * MIB, last: 36 * MIB - 1, coroutine: 2 },
      { start: 64 * MIB, last: 64 * MIB + 0x3fff, coroutine: 1 },
    ]);
  });

  it("split the host's map of all memory, and keep where each piece leads", () => {
    const [low, first, second, middle, late, rest, device] = withOwners(
      [range(0xc000_0000, 128 * MIB, 0, 'direct-map'), range(0xfee0_0000, 0x1000, 0xfee0_0000, 'device')],
      framesOf([guest0, guest1]),
    );
    expect(low).toMatchObject({ start: 0xc000_0000, last: 0xc0ff_ffff, physical: 0, owner: 1 });
    expect(first).toMatchObject({ start: 0xc100_0000, physical: 16 * MIB, owner: 2 });
    expect(second).toMatchObject({ start: 0xc200_0000, last: 0xc23f_ffff, owner: 3 });
    expect(middle).toMatchObject({ last: 0xc3ff_ffff, owner: 1 });
    expect(late).toMatchObject({ start: 0xc400_0000, last: 0xc400_3fff, owner: 2 });
    expect(rest).toMatchObject({ start: 0xc400_4000, last: 0xc7ff_ffff, physical: 0x400_4000, owner: 1 });
    expect(device).not.toHaveProperty('owner');
  });

  it('are all the host where there is no guest', () => {
    const [start, last, physical, flags] = [0, 0xff_ffff, 0, MappingFlag.Writable].map((word) =>
      Uint32Array.of(word),
    );
    const regions = regionsOf({ start, last, physical, flags }, []);
    expect(withOwners(regions, framesOf([]))).toMatchObject([{ region: 'identity-map', owner: 1 }]);
  });

  it('reach to the end of physical memory', () => {
    const all = { coroutine: 1, mappings: [range(0, 0x1_0000_0000, 0, 'identity-map')] };
    const [piece, more] = withOwners([range(0, 0x1_0000_0000, 0, 'identity-map')], framesOf([all]));
    expect(piece).toMatchObject({ start: 0, last: 0xffff_ffff, owner: 2 });
    expect(more).toBeUndefined();
  });
});
