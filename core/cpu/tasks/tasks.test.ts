import { describe, expect, it } from 'vitest';
import { CR0, Cr0, CR3, CR4, Cr4, DR6, DR7, EIP, ESP } from '../state.ts';
import { type BareMachine, CODE, CODE0, createBareMachine, DATA0, GDT } from '../testing/bare-machine.ts';

const NEW_TSS = 0x3800;
const NEW_SELECTOR = 0x30;
const NEW_EIP = CODE + 0x100;
const NEW_STACK = 0xb000;
/** JMP NEW_SELECTOR:0. */
const SWITCH = [0xea, 0, 0, 0, 0, NEW_SELECTOR, 0];
const HLT = 0xf4;

/** A second task at ring 0 with flat segments; `ds` is its data selector, `trap` its T bit. */
function newTask(ds = DATA0, trap = 0, cr3 = 0): BareMachine {
  const m = createBareMachine();
  m.dword(GDT + NEW_SELECTOR, ((NEW_TSS & 0xffff) << 16) | 0x67);
  m.dword(GDT + NEW_SELECTOR + 4, 0x8900);
  const fields: [offset: number, value: number][] = [
    [0x1c, cr3],
    [0x20, NEW_EIP],
    [0x24, 2],
    [0x38, NEW_STACK],
    [0x48, DATA0],
    [0x4c, CODE0],
    [0x50, DATA0],
    [0x54, ds],
    [0x58, DATA0],
    [0x5c, DATA0],
    [0x64, trap | 0x68_0000],
  ];
  for (const [offset, value] of fields) m.dword(NEW_TSS + offset, value);
  m.bytes(CODE, ...SWITCH, HLT);
  m.bytes(NEW_EIP, 0x40, HLT);
  return m;
}

describe('a task switch', () => {
  it('clears the local debug breakpoints and keeps the global ones', () => {
    const m = newTask();
    m.cpu.views.state[DR7] = 0x7ff;
    m.run();
    expect(m.cpu.linearEip()).toBe(NEW_EIP + 2);
    expect(m.cpu.views.state[DR7]).toBe(0x6aa);
  });

  it('to a TSS with the T bit traps before the first instruction, with BT', () => {
    const m = newTask(DATA0, 1);
    m.run();
    expect([m.vector(), m.frame(0)]).toEqual([1, NEW_EIP]);
    expect(m.cpu.views.state[DR6] & 0xe00f).toBe(0x8000);
    expect(m.cpu.views.reg32[ESP]).toBe(NEW_STACK - 12);
  });

  it('with a bad stack selector is #TS too, on the new stack pointer', () => {
    const m = newTask();
    m.dword(NEW_TSS + 0x50, 0xf0);
    m.run();
    expect([m.vector(), m.frame(0), m.frame(1)]).toEqual([10, 0xf0, NEW_EIP]);
    expect(m.cpu.views.reg32[ESP]).toBe(NEW_STACK - 16);
  });

  it('with a bad data selector is #TS in the new task, at its EIP and on its stack', () => {
    const m = newTask(0xf0);
    m.run();
    expect([m.vector(), m.frame(0), m.frame(1)]).toEqual([10, 0xf0, NEW_EIP]);
    expect(m.cpu.views.reg32[ESP]).toBe(NEW_STACK - 16);
  });

  it('with reserved bits in a page-directory pointer is #GP in the old task', () => {
    const m = newTask(DATA0, 0, 0x10_3000);
    m.dword(0x10_0000, 0x10_1001);
    m.dword(0x10_1000, 0x83);
    m.dword(0x10_3000, 3);
    const { state } = m.cpu.views;
    state[CR4] = Cr4.PAE;
    state[CR3] = 0x10_0000;
    m.cpu.mmu.loadPointers(Cr0.PG, 0x10_0000, Cr4.PAE);
    state[CR0] |= Cr0.PG;
    m.cpu.mmu.flush(true);
    m.run();
    expect([m.vector(), m.frame(1)]).toEqual([13, CODE]);
    expect([state[CR3], state[EIP] > 0]).toEqual([0x10_0000, true]);
  });
});
