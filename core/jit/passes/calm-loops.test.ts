import { expect, it } from 'vitest';
import { CODE, createBareMachine } from '../../cpu/testing/bare-machine.ts';
import { discover } from '../discover.ts';
import { liftRegion } from '../lift-region.ts';
import { FS_UNLIMITED, GS_UNLIMITED, modeOf } from '../mode.ts';
import { findCalmBlocks } from './calm-loops.ts';
import { structure } from './structure.ts';

const [INC_EAX, DEC_ECX, PUSH_EAX, LOAD_EAX, JNZ, JZ, RET] = [0x40, 0x49, 0x50, 0xa1, 0x75, 0x74, 0xc3];
const back = (bytes: number) => [JNZ, 256 - bytes];

/** Distances from CODE of the blocks of calm loops. */
function calmLoops(code: readonly number[]): number[] {
  const { cpu, bytes } = createBareMachine({}, 'max', 'interpreter');
  bytes(CODE, ...code);
  const found = discover(CODE, modeOf(FS_UNLIMITED | GS_UNLIMITED), cpu.blockAt, {
    ...{ instructions: 100, isWarm: () => true, misses: 1, isApart: () => false },
  });
  const region = liftRegion(found!);
  return [...findCalmBlocks(region, structure(region))].map(({ eip }) => eip - CODE).sort();
}

it.each([
  ['of arithmetic alone', [INC_EAX, DEC_ECX, ...back(4), RET], [0]],
  ['with branches inside', [INC_EAX, JZ, 1, INC_EAX, DEC_ECX, ...back(7), RET], [0, 3, 4]],
  ['with a push', [PUSH_EAX, DEC_ECX, ...back(4), RET], []],
  [
    'with a load in one of its branches',
    [INC_EAX, JZ, 5, LOAD_EAX, 0, 0, 0, 0, DEC_ECX, ...back(11), RET],
    [],
  ],
  ['inside of one that pushes', [PUSH_EAX, INC_EAX, DEC_ECX, ...back(4), INC_EAX, ...back(8), RET], [1]],
  [
    'around one that is calm, too',
    [INC_EAX, INC_EAX, DEC_ECX, ...back(4), INC_EAX, ...back(8), RET],
    [0, 1, 5],
  ],
])('finds a loop %s', (_, code, heads) => {
  expect(calmLoops(code)).toEqual(heads);
});
