import { describe, expect, it } from 'vitest';
import { Exit } from '../../cpu/cpu.ts';
import { CODE, createBareMachine, DATA, le } from '../../cpu/testing/bare-machine.ts';
import { DS, EAX, EBX, EDX, EIP, ESI, type Views } from '../../cpu/state.ts';
import { branchCount } from '../../cpu/branch-log.ts';
import { recentBranches } from '../../debug/branches.ts';
import { BRANCH_RECORDS, PageFlag } from '../../memory/layout.ts';
import type { Tier } from '../tier.ts';

const recorded = (views: Views) => ({
  count: branchCount(views),
  branches: JSON.stringify(recentBranches(views, BRANCH_RECORDS)),
});

/** mov ecx, turns; L: add eax, [esi + ecx*4]; dec ecx; jnz L; dec edx; jnz the beginning; hlt */
function records(tier: Tier, turns: number, rounds: number, ticks: number) {
  const { cpu, memory, bytes, run } = createBareMachine({}, 'max', tier);
  const { reg32 } = cpu.views;
  bytes(CODE, 0xb9, ...le(turns), 0x03, 0x04, 0x8e, 0x49, 0x75, 0xfa, 0x4a, 0x75, 0xf2, 0xf4);
  // One page of the data is never accessed the fast way: the loop is left in its middle.
  memory.pageFlags[(DATA >>> 12) + 1]! |= PageFlag.Watched;
  memory.onWatchedRead = () => undefined;
  reg32[ESI] = DATA;
  reg32[EDX] = rounds;
  const ended = run(CODE, ticks);
  return { ended, tick: cpu.now(), sum: reg32[EAX], ...recorded(cpu.views) };
}

describe.each(['direct', 'jit', 'eager'] as const)(
  'the records of a block that branches to itself (%s)',
  (tier) => {
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

    it('are there when it changes the mode by a load of FS, and goes on in another region', () => {
      const run = (which: Tier) => {
        const { cpu, bytes, run: go } = createBareMachine({}, 'max', which);
        const { reg32, state, segSel } = cpu.views;
        // mov ecx,20; L: eax = ecx & 4 ? ebx : 0 (mov, shr, and, imul); mov fs,eax; dec ecx; jnz L; mov fs,esi; mov edi,fs:[0]; dec edx;
        // jnz the beginning; hlt
        const select = [0x89, 0xc8, 0xc1, 0xe8, 2, 0x83, 0xe0, 1, 0x0f, 0xaf, 0xc3];
        const loop = [...select, 0x8e, 0xe0, 0x49, 0x75, 0xf0];
        const used = [0x8e, 0xe6, 0x64, 0x8b, 0x3d, ...le(0)];
        bytes(CODE, 0xb9, ...le(20), ...loop, ...used, 0x4a, 0x75, 0xdf, 0xf4);
        reg32[EBX] = segSel[DS]!;
        reg32[ESI] = segSel[DS]!;
        reg32[EDX] = 3000;
        return {
          ended: go(CODE, 1e6),
          ...recorded(cpu.views),
          at: state[EIP],
        };
      };
      expect(run(tier)).toEqual(run('interpreter'));
      expect(run(tier).ended).toBe(Exit.Halted);
    });
  },
);
