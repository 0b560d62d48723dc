/** What becomes part of a region. */
import { describe, expect, it } from 'vitest';
import { CODE, createBareMachine, le } from '../cpu/testing/bare-machine.ts';
import { FS, GS } from '../cpu/state.ts';
import { discover, type RegionLimits } from './discover.ts';
import { dependsOn, FS_UNLIMITED, GS_UNLIMITED, modeOf } from './mode.ts';

const FUNCTION = CODE + 0x100;
const OTHER = CODE + 0x200;
const call = (from: number, to: number) => [0xe8, ...le(to - from - 5)];

/** The blocks that are found from CODE, in a processor that has run nothing. */
function found(limits: Partial<RegionLimits>, parts: Readonly<Record<number, readonly number[]>>) {
  const { cpu, bytes } = createBareMachine({}, 'max', 'interpreter');
  for (const [at, code] of Object.entries(parts)) bytes(Number(at), ...code);
  const all = { instructions: 100, isWarm: () => true, misses: 1, isApart: () => false };
  return discover(CODE, modeOf(FS_UNLIMITED | GS_UNLIMITED), cpu.blockAt, { ...all, ...limits });
}
const blocksOf = (...of: Parameters<typeof found>) => found(...of)?.blocks.map(({ eip }) => eip);

describe('a region', () => {
  // call FUNCTION; inc eax; hlt
  const calling = { [CODE]: [...call(CODE, FUNCTION), 0x40, 0xf4], [FUNCTION]: [0x41, 0xc3] };

  it('has the functions that it calls, and what stands behind the call', () => {
    expect(blocksOf({}, calling)).toEqual([CODE, FUNCTION, CODE + 5]);
  });

  it('calls a function that has a region of its own, and ends there', () => {
    expect(blocksOf({ isApart: (eip) => eip === FUNCTION }, calling)).toEqual([CODE]);
  });

  it('has nothing that it does not get to: what stands behind a call that does not come back', () => {
    // The function goes on elsewhere, which is too long.
    const away = {
      [FUNCTION]: [0xe9, ...le(OTHER - FUNCTION - 5)],
      [OTHER]: new Array<number>(60).fill(0x40),
    };
    expect(blocksOf({ instructions: 20 }, { ...calling, ...away })).toEqual([CODE, FUNCTION]);
  });

  it('has at most so many instructions', () => {
    // A run of jumps to what comes next, each with an INC.
    const jumps = Array.from({ length: 50 }, () => [0x40, 0xeb, 0]).flat();
    const region = found({ instructions: 10 }, { [CODE]: jumps });
    expect(region?.blocks).toHaveLength(5);
  });

  it('has the instruction behind its STI, though it is one too many', () => {
    // inc eax; sti; jmp
    expect(blocksOf({ instructions: 2 }, { [CODE]: [0x40, 0xfb, 0xeb, 0xfc] })).toEqual([CODE, CODE + 2]);
  });

  it('has a limit in a run of STI', () => {
    const region = found({ instructions: 10 }, { [CODE]: new Array<number>(0x800).fill(0xfb) });
    expect(region?.blocks).toHaveLength(11);
  });

  it('depends on FS and GS only if it uses them', () => {
    // mov eax,fs:[0]; hlt
    const using = found({}, { [CODE]: [0x64, 0xa1, ...le(0), 0xf4] });
    expect([FS, GS].map((segment) => dependsOn(using!.mode, segment))).toEqual([true, false]);
    expect(using?.mode.number).toBe(FS_UNLIMITED);
    const idle = found({}, { [CODE]: [0xa1, ...le(0), 0xf4] });
    expect([FS, GS].map((segment) => dependsOn(idle!.mode, segment))).toEqual([false, false]);
  });
});
