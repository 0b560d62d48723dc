import { expect, it } from 'vitest';
import { CODE, createBareMachine } from '../../cpu/testing/bare-machine.ts';
import { discover } from '../discover.ts';
import { liftRegion } from '../lift-region.ts';
import { FS_UNLIMITED, GS_UNLIMITED, modeOf } from '../mode.ts';
import { findX87Stack } from './x87-stack.ts';

const FLD1 = [0xd9, 0xe8];
const FADDP = [0xde, 0xc1];
const FCOMPP = [0xde, 0xd9];
const FPTAN = [0xd9, 0xf2];
const POP = [0xdd, 0xd8];
const [DEC_ECX, RET] = [0x49, 0xc3];
const back = (bytes: number) => [0x75, 256 - bytes];
const call = (bytes: number) => [0xe8, bytes, 0, 0, 0];

/** The depth at the beginning of each block, by its distance from CODE, and the places that are named. */
function find(code: readonly number[]) {
  const { cpu, bytes } = createBareMachine({}, 'max', 'interpreter');
  bytes(CODE, ...code);
  const found = discover(CODE, modeOf(FS_UNLIMITED | GS_UNLIMITED), cpu.blockAt, {
    ...{ instructions: 100, isWarm: () => true, misses: 1, isApart: () => false },
  });
  const stack = findX87Stack(liftRegion(found!));
  return (
    stack && { depths: [...stack.depths].map(([{ eip }, depth]) => [eip - CODE, depth]), used: stack.used }
  );
}

const named = (...places: number[]) => places.reduce((mask, place) => mask | (1 << place), 0);

it.each([
  [
    'through a loop that leaves it where it was',
    [...FLD1, ...FLD1, ...FADDP, DEC_ECX, ...back(7), ...POP, RET],
    {
      depths: [
        [0, 0],
        [2, 1],
        [9, 1],
      ],
      used: named(6, 7),
    },
  ],
  [
    'below where it was at the entry',
    [...FADDP, DEC_ECX, ...back(1), ...FCOMPP, RET],
    {
      depths: [
        [0, 0],
        [4, -1],
        [5, -1],
      ],
      used: named(0, 1, 2),
    },
  ],
  [
    'through a function',
    [...FLD1, ...call(1), RET, ...FADDP, RET],
    {
      depths: [
        [0, 0],
        [8, 1],
        [7, 0],
      ],
      used: named(0, 7),
    },
  ],
  [
    'past what the interpreter does',
    [...FPTAN, ...POP, DEC_ECX, ...back(7), RET],
    {
      depths: [
        [0, 0],
        [7, 0],
      ],
      used: named(7),
    },
  ],
])('follows the top %s', (_, code, stack) => {
  expect(find(code)).toEqual(stack);
});

it.each([
  ['a loop pushes', [...FLD1, DEC_ECX, ...back(5), RET]],
  ['a function is called with different ones', [...call(8), ...FLD1, ...call(1), RET, ...FLD1, RET]],
])('gives it up where %s', (_, code) => {
  expect(find(code)).toBeUndefined();
});
