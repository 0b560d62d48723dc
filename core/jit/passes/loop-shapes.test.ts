import { describe, expect, it } from 'vitest';
import { CODE, createBareMachine } from '../../cpu/testing/bare-machine.ts';
import { discover } from '../discover.ts';
import { Flags } from '../ir.ts';
import { liftRegion } from '../lift-region.ts';
import { FS_UNLIMITED, GS_UNLIMITED, modeOf } from '../mode.ts';
import { planBudget } from './budget.ts';
import { markLiveFlags } from './flag-liveness.ts';
import { findSkips } from './skips.ts';
import { structure } from './structure.ts';
import { findTurnFlags } from './turn-flags.ts';

const [XOR_EAX_ECX, INC_EAX, INC_EBX, DEC_ECX, LOAD_EAX, JNZ, JZ, RET] = [
  [0x31, 0xc8],
  0x40,
  0x43,
  0x49,
  [0x8b, 0x06],
  0x75,
  0x74,
  0xc3,
] as const;

/** A region from some bytes, with what the passes before have found. @param entry distance from CODE */
function regionOf(code: readonly number[], entry = 0) {
  const { cpu, bytes } = createBareMachine({}, 'max', 'interpreter');
  bytes(CODE, ...code);
  const found = discover(CODE + entry, modeOf(FS_UNLIMITED | GS_UNLIMITED), cpu.blockAt, {
    ...{ instructions: 100, isWarm: () => true, misses: 1, isApart: () => false },
  });
  const region = liftRegion(found!);
  const shape = structure(region);
  markLiveFlags(region, shape, planBudget(region, shape));
  return { region, shape };
}
const at = (eip: number) => eip - CODE;

describe('blocks', () => {
  // inc eax; L: xor eax,ecx; jz over; inc ebx; over: dec ecx; jnz L; ret
  const code = [INC_EAX, ...XOR_EAX_ECX, JZ, 1, INC_EBX, DEC_ECX, JNZ, 0xf8, RET];

  it('end where others begin, so that loops have one entry', () => {
    const { region, shape } = regionOf(code);
    const sizes = region.blocks.map(({ eip, source }) => [at(eip), source.size]);
    expect(sizes.sort(([a], [b]) => a! - b!)).toEqual([
      [0, 1],
      [1, 4],
      [5, 1],
      [6, 3],
      [9, 1],
    ]);
    expect(shape.dispatched).toEqual([]);
    expect([...shape.loops].map(({ eip }) => at(eip))).toEqual([1]);
  });

  it('stay whole where only the region begins in them', () => {
    // L: xor eax,ecx; dec ecx; jnz L; ret, from the second instruction on
    const { region } = regionOf([...XOR_EAX_ECX, DEC_ECX, JNZ, 0xfb, RET], 2);
    expect(region.blocks.map(({ eip, source }) => [at(eip), source.size])).toContainEqual([0, 5]);
  });
});

describe('a branch', () => {
  const skips = (skipped: readonly number[], behind: readonly number[] = []) => {
    const body = [...XOR_EAX_ECX, JZ, skipped.length, ...skipped, ...behind, ...[0x83, 0xe9, 1]];
    const { region, shape } = regionOf([...body, JNZ, 256 - body.length - 2, RET]);
    return [...findSkips(region, shape)].map(([from, over]) => [at(from.eip), at(over.eip)]);
  };
  it('over what only computes is none', () => {
    expect(skips([INC_EBX])).toEqual([[0, 4]]);
  });
  it.each([
    ['a load', LOAD_EAX, []],
    ['more than a few operations', [INC_EBX, INC_EBX, INC_EBX, INC_EBX, INC_EBX], []],
    ['flags that are read', [INC_EBX], [0x0f, 0x95, 0xc2]], // setnz dl
    ['flags that an access may be left with', [INC_EBX], LOAD_EAX],
  ])('over %s stays one', (_, skipped, behind) => {
    expect(skips(skipped, behind)).toEqual([]);
  });
});

describe('the flags of a turn', () => {
  const groups = (...body: readonly number[]) => {
    const { region } = regionOf([...body, JNZ, 256 - body.length - 2, RET]);
    return [...(findTurnFlags(region.blocks[0]!)?.sources.keys() ?? [])];
  };
  it.each([
    ['a comparison', [DEC_ECX, 0x39, 0xd1], [Flags.Result, Flags.Overflow, Flags.Carry]],
    ['a decrement', [DEC_ECX], [Flags.Result, Flags.Overflow]],
    ['a comparison with memory', [DEC_ECX, 0x39, 0x0e], []],
    ['a comparison whose operand changes', [DEC_ECX, 0x39, 0xd1, 0x89, 0xc2], []],
    [
      'a comparison, where the turn begins with its carry',
      [0x11, 0xd8, 0x39, 0xd1],
      [Flags.Result, Flags.Overflow],
    ],
    ['a sum with memory', [DEC_ECX, 0x03, 0x06], [Flags.Result]],
  ])('are made again after %s as far as they can be', (_, body, expected) => {
    expect(groups(...body)).toEqual(expected);
  });
});
