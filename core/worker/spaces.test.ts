/** Where watched bytes are in RAM: page by page, with those bits of a bit field that are in each. */
import { expect, it } from 'vitest';
import { createMachine } from '../machine/machine.ts';
import { tinyKernel } from '../testing/tiny-kernel.ts';
import { physicalPieces } from './spaces.ts';

const machine = createMachine(tinyKernel([]), {
  serial: () => undefined,
  debugcon: () => undefined,
  log: () => undefined,
});
const place = { id: 1, coroutine: -1, space: { kind: 'physical' }, address: 0x20_0ffe, length: 6 } as const;

it.each([
  [
    'over both pages',
    { offset: 12, width: 10 },
    [
      { offset: 12, width: 4 },
      { offset: 0, width: 6 },
    ],
  ],
  [
    'on the first',
    { offset: 3, width: 5 },
    [
      { offset: 3, width: 5 },
      { offset: 0, width: 0 },
    ],
  ],
  [
    'on the second',
    { offset: 20, width: 28 },
    [
      { offset: 16, width: 0 },
      { offset: 4, width: 28 },
    ],
  ],
])('bits %s are those of its pages', (_what, bits, expected) => {
  expect(physicalPieces(machine, { ...place, access: 'change', bits })).toMatchObject([
    { address: 0x20_0ffe, length: 2, bits: expected[0] },
    { address: 0x20_1000, length: 4, bits: expected[1] },
  ]);
});
