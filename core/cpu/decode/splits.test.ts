/** Breakpoints are linear, blocks physical: code that is mapped twice stops at the address that has a breakpoint, and only there. */
import { describe, expect, it } from 'vitest';
import type { Tier } from '../../jit/tier.ts';
import { Exit } from '../cpu.ts';
import { CR0, CR3, Cr0, EAX, EIP } from '../state.ts';
import { CODE, createBareMachine } from '../testing/bare-machine.ts';

const TIERS: readonly Tier[] = ['interpreter', 'direct', 'jit', 'eager', 'mixed'];
const DIRECTORY = 0x10_0000;
const TABLE = 0x10_1000;
/** Where the page of CODE is mapped too. */
const ALIAS = 0x30_0000;

describe.each(TIERS)('code that is mapped twice (%s)', (tier) => {
  function load() {
    const machine = createBareMachine({}, 'max', tier);
    const { cpu, dword, bytes } = machine;
    dword(DIRECTORY, TABLE | 3);
    for (let page = 0; page < 0x400; page++) dword(TABLE + page * 4, (page << 12) | 3);
    dword(TABLE + (ALIAS >>> 12) * 4, CODE | 3);
    cpu.views.state[CR3] = DIRECTORY;
    cpu.views.state[CR0] |= Cr0.PG;
    cpu.mmu.flush(true);
    // mov ecx, 100; L: inc eax; nop; dec ecx; jnz L; hlt
    bytes(CODE, 0xb9, 100, 0, 0, 0, 0x40, 0x90, 0x49, 0x75, 0xfb, 0xf4);
    return machine;
  }
  const at = (linear: number) => ({
    linear: [linear],
    physical: [],
    near: (address: number) => address === linear,
    matches: (address: number) => address === linear,
  });

  it('stops inside of a block at one of its addresses', () => {
    const { cpu, run } = load();
    run(CODE);
    run(ALIAS);
    cpu.setBreakpoints(at(ALIAS + 6));
    expect(run(CODE)).toBe(Exit.Halted);
    expect(run(ALIAS)).toBe(Exit.Breakpoint);
    expect(cpu.views.state[EIP]).toBe(ALIAS + 6);
  });

  it('stops at the first instruction of a block that was decoded elsewhere meanwhile', () => {
    const { cpu, run } = load();
    cpu.setBreakpoints(at(ALIAS));
    cpu.views.reg32[EAX] = 0;
    expect(run(CODE)).toBe(Exit.Halted);
    expect(cpu.views.reg32[EAX]).toBe(100);
    expect(run(ALIAS)).toBe(Exit.Breakpoint);
    expect(cpu.views.state[EIP]).toBe(ALIAS);
  });

  it('stops at a place that took the one of another page', () => {
    const { cpu, run } = load();
    cpu.setBreakpoints(at(0x20_0005));
    run(CODE);
    cpu.setBreakpoints(at(CODE + 5));
    expect(run(CODE)).toBe(Exit.Breakpoint);
    expect(cpu.views.state[EIP]).toBe(CODE + 5);
  });
});
