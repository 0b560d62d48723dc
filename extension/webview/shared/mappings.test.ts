import { expect, it } from 'vitest';
import type { MappedRange } from '../../../debug-adapter/custom-protocol.ts';
import { packRanges } from '../../../debug-adapter/packed-mappings.ts';
import { unpackRanges } from './mappings.ts';

it('ranges come out as they were packed, and what they have in common is there once', () => {
  const ranges: MappedRange[] = Array.from({ length: 3000 }, (_, n) => ({
    ...{ start: n * 0x2000, last: n * 0x2000 + 0xfff, physical: (0xffff_f000 - n * 0x1000) >>> 0 },
    ...(n % 3 === 0
      ? { flags: 'rw- supervisor', region: 'device' as const }
      : { flags: 'r-x user', region: 'image' as const, name: '.text', owner: 1 + (n % 2) }),
  }));
  const packed = packRanges(ranges);
  expect(packed.kinds).toHaveLength(3);
  expect(unpackRanges(packed)).toEqual(ranges);
  expect(unpackRanges(packRanges([]))).toEqual([]);
});
