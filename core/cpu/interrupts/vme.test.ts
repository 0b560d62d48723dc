import { beforeEach, describe, expect, it } from 'vitest';
import { CPL, CR4, Cr4, CS, EIP, ESP, Flag, HALTED, SS, SYSFLAGS, V86 } from '../state.ts';
import {
  type BareMachine,
  CODE,
  createBareMachine,
  DATA3,
  HANDLERS,
  IO_MAP,
  STACK,
  TSS,
} from '../testing/bare-machine.ts';

const GP = 13;
const HLT = 0xf4;
const [CLI, STI, PUSHF, POPF, IRET] = [0xfa, 0xfb, 0x9c, 0x9d, 0xcf];
const SEGMENT = 0x3000;
const V86_STACK = 0x800;
const PROGRAM = SEGMENT * 16;

let m: BareMachine;
/** IRETs from ring 0 into a virtual-8086 task at SEGMENT:0 and runs it to its #GP (every HLT is one). */
function enterV86(flags: number, cr4: number, ...program: number[]): void {
  const { state, reg32 } = m.cpu.views;
  state[CR4] = cr4;
  m.bytes(PROGRAM, ...program, HLT);
  reg32[ESP] = STACK - 36;
  const frame = [0, SEGMENT, flags | Flag.VM | 2, V86_STACK, SEGMENT, SEGMENT, SEGMENT, SEGMENT, SEGMENT];
  frame.forEach((value, n) => {
    m.dword(STACK - 36 + n * 4, value);
  });
  m.bytes(CODE, IRET);
  m.run();
}
/** The frame that #GP pushed: EIP and EFLAGS of the 8086 program. */
const faultIp = () => m.frame(1);
const flagsThere = () => m.frame(3);
const word = (offset: number) => m.read(PROGRAM + offset, 2);
/** Stack of the 8086 program at the fault. */
const spThere = () => m.frame(4);

beforeEach(() => {
  m = createBareMachine();
});

describe('a virtual-8086 monitor', () => {
  it('enters by IRET, is entered by #GP with nulled segments, and returns', () => {
    // CLI is for the monitor at IOPL 0.
    enterV86(Flag.IF, 0, 0x40, CLI, 0x40);
    const { state, reg32, segSel } = m.cpu.views;
    expect(m.vector()).toBe(GP);
    expect([m.frame(0), faultIp(), m.frame(2) & 0xffff]).toEqual([0, 1, SEGMENT]);
    expect(flagsThere() & (Flag.VM | Flag.IF)).toBe(Flag.VM | Flag.IF);
    expect([4, 5, 6, 7, 8, 9].map((n) => m.frame(n))).toEqual([
      V86_STACK,
      SEGMENT,
      SEGMENT,
      SEGMENT,
      SEGMENT,
      SEGMENT,
    ]);
    expect([0, 3, 4, 5].map((seg) => segSel[seg])).toEqual([0, 0, 0, 0]);
    expect([state[V86], state[CPL]]).toEqual([0, 0]);
    // The monitor emulates CLI: ADD ESP, 4; INC dword [ESP]; IRET.
    m.bytes(state[EIP], 0x83, 0xc4, 4, 0xff, 0x04, 0x24, IRET);
    const ax = reg32[0];
    m.run(-1);
    expect(reg32[0]).toBe(ax + 1);
    expect(faultIp()).toBe(3);
  });
});

describe('VME with IOPL below 3', () => {
  it.each([
    ['STI sets VIF', Flag.IF, [STI], Flag.VIF],
    ['CLI clears VIF', Flag.IF | Flag.VIF, [CLI], 0],
    ['POPF takes VIF from IF', Flag.IF, [0x68, 0x00, 0x02, POPF], Flag.VIF],
    ['POPF clears VIF', Flag.IF | Flag.VIF, [0x68, 0x00, 0x00, POPF], 0],
  ])('%s and leaves IF', (_name, flags, program, vif) => {
    enterV86(flags, Cr4.VME, ...program);
    expect(faultIp()).toBe(program.length);
    expect(flagsThere() & (Flag.IF | Flag.VIF | Flag.IOPL)).toBe(Flag.IF | vif);
  });

  it.each([
    ['STI', Flag.VIP, [STI], 0],
    ['POPF with IF', Flag.VIP, [0x68, 0x00, 0x02, POPF], 3],
    ['POPF with TF', 0, [0x68, 0x00, 0x01, POPF], 3],
    ['a 32-bit PUSHF', 0, [0x66, PUSHF], 0],
    ['a 32-bit POPF', 0, [0x66, 0x6a, 0, 0x66, POPF], 3],
    ['a 32-bit IRET', 0, [0x66, IRET], 0],
  ])('%s is #GP', (_name, flags, program, at) => {
    enterV86(flags, Cr4.VME, ...program);
    expect(faultIp()).toBe(at);
  });

  it('PUSHF shows VIF as IF and an IOPL of 3', () => {
    enterV86(Flag.VIF, Cr4.VME, PUSHF);
    expect(word(V86_STACK - 2) & (Flag.IF | Flag.IOPL)).toBe(Flag.IF | Flag.IOPL);
  });

  it('IRET takes VIF from the image', () => {
    m.bytes(PROGRAM + 0x20, HLT);
    enterV86(0, Cr4.VME, 0x68, 0x00, 0x02, 0x68, SEGMENT & 0xff, SEGMENT >> 8, 0x6a, 0x20, IRET);
    expect(faultIp()).toBe(0x20);
    expect(flagsThere() & (Flag.IF | Flag.VIF)).toBe(Flag.VIF);
  });
});

describe('VIF and VIP both set at the beginning of an instruction', () => {
  const pending = Flag.VIF | Flag.VIP;
  it('are #GP before it is begun, with VME', () => {
    enterV86(pending, Cr4.VME, 0x40);
    expect([m.vector(), m.frame(0), faultIp()]).toEqual([GP, 0, 0]);
    expect(flagsThere() & pending).toBe(pending);
  });
  it.each([
    ['without VME', pending, 0],
    ['at IOPL 3', pending | Flag.IOPL, Cr4.VME],
  ])('mean nothing %s', (_name, flags, cr4) => {
    enterV86(flags, cr4, 0x40);
    expect(faultIp()).toBe(1);
  });
});

describe('INT n in virtual-8086 mode', () => {
  const bitmap = TSS + IO_MAP - 32;
  const handler = () => {
    // The 8086 program's own handler of INT 21h at SEGMENT:100h.
    m.dword(0x21 * 4, (SEGMENT << 16) | 0x100);
    m.bytes(PROGRAM + 0x100, HLT);
  };
  it('is redirected when its bit is 0, with VIF for IF below IOPL 3', () => {
    handler();
    enterV86(Flag.IF | Flag.VIF, Cr4.VME, 0xcd, 0x21);
    expect(faultIp()).toBe(0x100);
    expect(spThere()).toBe(V86_STACK - 6);
    expect([word(V86_STACK - 6), word(V86_STACK - 4)]).toEqual([2, SEGMENT]);
    expect(word(V86_STACK - 2) & (Flag.IF | Flag.IOPL)).toBe(Flag.IF | Flag.IOPL);
    expect(flagsThere() & (Flag.IF | Flag.VIF)).toBe(Flag.IF);
  });
  it('is redirected at IOPL 3 too, and clears IF', () => {
    handler();
    enterV86(Flag.IF | Flag.IOPL, Cr4.VME, 0xcd, 0x21);
    expect(faultIp()).toBe(0x100);
    expect(flagsThere() & Flag.IF).toBe(0);
  });
  it('is #GP when its bit is 1 and IOPL is below 3', () => {
    m.bytes(bitmap + 4, 2);
    enterV86(0, Cr4.VME, 0xcd, 0x21);
    expect([m.vector(), faultIp()]).toEqual([GP, 0]);
  });
  it('goes to the protected-mode handler when its bit is 1 and IOPL is 3', () => {
    m.bytes(bitmap + 4, 2);
    enterV86(Flag.IOPL, Cr4.VME, 0xcd, 0x21);
    expect(m.cpu.views.state[EIP]).toBe(HANDLERS + 0x21 * 16 + 1);
  });
  it('is #GP without VME below IOPL 3', () => {
    enterV86(0, 0, 0xcd, 0x21);
    expect([m.vector(), faultIp()]).toEqual([GP, 0]);
  });
});

describe('PVI in ring 3', () => {
  it.each([
    ['STI sets VIF', Cr4.PVI, 0, STI, -1, Flag.VIF],
    ['CLI clears VIF', Cr4.PVI, Flag.VIF, CLI, -1, 0],
    ['STI with VIP is #GP', Cr4.PVI, Flag.VIP, STI, GP, Flag.VIP],
    ['STI without PVI is #GP', 0, 0, STI, GP, 0],
  ])('%s', (_name, cr4, flags, opcode, vector, after) => {
    const { state, segSel } = m.cpu.views;
    state[CR4] = cr4;
    state[SYSFLAGS] |= flags;
    m.ring3();
    expect(segSel[SS]).toBe(DATA3);
    m.bytes(CODE, opcode);
    m.run(CODE, 1);
    if (vector < 0) expect([state[EIP], segSel[CS] & 3]).toEqual([CODE + 1, 3]);
    else {
      m.run(-1);
      expect(m.vector()).toBe(vector);
    }
    expect(state[SYSFLAGS] & (Flag.VIF | Flag.VIP)).toBe(after);
    expect(state[HALTED] === 1).toBe(vector >= 0);
  });
});
