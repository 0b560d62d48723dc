import { expect, it } from 'vitest';
import { recentBranches } from '../debug/branches.ts';
import { BRANCH_BYTES, BRANCH_LAP, BRANCH_RECORDS } from '../memory/layout.ts';
import { type Tier, TIERS } from '../jit/tier.ts';
import { branchCount, forgetBranches, recordBranch } from './branch-log.ts';
import { EAX, ECX, EDX, EIP } from './state.ts';
import { CODE, createBareMachine, le } from './testing/bare-machine.ts';

it('has the last 4096 branches, wherever laps end', () => {
  const { views } = createBareMachine().cpu;
  forgetBranches(views);
  for (let n = 0; n < 3 * BRANCH_RECORDS + 5; n++) {
    recordBranch(views, n, ~n);
    const count = Math.min(n + 1, BRANCH_RECORDS);
    if (n % 1021 > 2 && n % BRANCH_RECORDS > 2) continue;
    const found = recentBranches(views, 1e6);
    expect(found).toHaveLength(count);
    expect(found.map(({ from }) => from)).toEqual(Array.from({ length: count }, (_, m) => n + 1 - count + m));
    expect(recentBranches(views, 2)).toEqual(found.slice(-2));
    expect(branchCount(views)).toBe(n + 1);
  }
  forgetBranches(views);
  expect(recentBranches(views, 1)).toEqual([]);
  expect(branchCount(views)).toBe(0);
});

it.each(Object.entries(TIERS))(
  'has room for what a region of the tier %s may write before it looks',
  (_, options) => {
    const { instructions, busy } = { instructions: [0], busy: undefined, ...options };
    const most = Math.max(...instructions, busy?.instructions ?? 0);
    // A lap that is nearly over, one record for each instruction, and all that are kept of the turns of a loop.
    expect(BRANCH_LAP + most * 8 + BRANCH_RECORDS * 8).toBeLessThanOrEqual(BRANCH_BYTES);
  },
);

/**
 * jmp M; F: dec edx; ret; N: call F; test al,3; jz over (inc ebx); add edx, 2; M: inc eax; cmp eax,ecx; jne N; hlt. Of the blocks
 * none branches to itself; what is called returns to one place, what is branched over is short.
 */
const PROGRAM = [
  ...[0xeb, 15, 0x4a, 0xc3, 0xe8, ...le(-7), 0xa8, 3, 0x74, 1],
  ...[0x43, 0x83, 0xc2, 2, 0x40, 0x39, 0xc8, 0x75, -18 & 0xff, 0xf4],
];

/** 1,000 times jmp over a NOP, then dec ecx; jnz to the first; hlt: as many records in a turn as a region can have. */
const JUMPS = [
  ...Array.from({ length: 1000 }, () => [0xeb, 1, 0x90]).flat(),
  ...[0x49, 0x0f, 0x85, ...le(-3007), 0xf4],
];

it.each([
  ['direct', PROGRAM],
  ['jit', PROGRAM],
  ['eager', PROGRAM],
  ['mixed', PROGRAM],
  ['jit', JUMPS],
  ['eager', JUMPS],
  ['batched', JUMPS],
] as const)('is the same at each stop (%s)', (tier, program) => {
  const stops = [1, 2, 3, 1000, 20_000, 1, 9001, 9002, 17, 12_345, 1, 1, 1, 30_000, 7, 50_000];
  const run = (which: Tier) => {
    const { cpu, bytes, run: go } = createBareMachine({}, 'max', which);
    bytes(CODE, ...program);
    cpu.views.reg32[ECX] = 40_000;
    return stops.map((ticks, n) => {
      go(n === 0 ? CODE : cpu.views.state[EIP], ticks);
      return {
        registers: [EAX, EDX].map((register) => cpu.views.reg32[register]),
        eip: cpu.views.state[EIP],
        count: branchCount(cpu.views),
        recent: recentBranches(cpu.views, 1e6),
      };
    });
  };
  const found = run(tier);
  expect(found).toEqual(run('interpreter'));
  // Several laps, and none of them alone.
  expect(found.at(-1)!.count).toBeGreaterThan((3 * BRANCH_LAP) / 8);
  expect(found.at(-1)!.recent).toHaveLength(BRANCH_RECORDS);
});
