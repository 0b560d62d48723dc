import { describe, expect, it } from 'vitest';
import { Exit } from '../../cpu/cpu.ts';
import { CODE, createBareMachine, DATA, le } from '../../cpu/testing/bare-machine.ts';
import { BRANCH_COUNT, EAX, EDX, ESI } from '../../cpu/state.ts';
import { PageFlag } from '../../memory/layout.ts';
import type { Tier } from '../tier.ts';

/** mov ecx, turns; L: add eax, [esi + ecx*4]; dec ecx; jnz L; dec edx; jnz the beginning; hlt */
function records(tier: Tier, turns: number, rounds: number, ticks: number) {
  const { cpu, memory, bytes, run } = createBareMachine({}, 'max', tier);
  const { reg32, branches, state } = cpu.views;
  bytes(CODE, 0xb9, ...le(turns), 0x03, 0x04, 0x8e, 0x49, 0x75, 0xfa, 0x4a, 0x75, 0xf2, 0xf4);
  // One page of the data is never accessed the fast way: the loop is left in its middle.
  memory.pageFlags[(DATA >>> 12) + 1]! |= PageFlag.Watched;
  memory.onWatchedRead = () => undefined;
  reg32[ESI] = DATA;
  reg32[EDX] = rounds;
  const ended = run(CODE, ticks);
  return { ended, tick: cpu.now(), sum: reg32[EAX], count: state[BRANCH_COUNT], branches: branches.join() };
}

describe.each(['jit', 'eager'] as const)('the records of a block that branches to itself (%s)', (tier) => {
  it.each([
    [1, 1500],
    [2, 1500],
    [7, 1500],
    [1500, 40],
    [4095, 15],
    [4096, 15],
    [4097, 15],
    [10_000, 8],
  ])('are those of the interpreter: %i turns, %i times', (turns, rounds) => {
    const result = records(tier, turns, rounds, 1e9);
    expect(result.ended).toBe(Exit.Halted);
    expect(result).toEqual(records('interpreter', turns, rounds, 1e9));
  });

  it.each([50_000, 50_001, 50_002, 53_456])('are there when the run ends at tick %i', (ticks) => {
    expect(records(tier, 5000, 10, ticks)).toEqual(records('interpreter', 5000, 10, ticks));
  });
});
