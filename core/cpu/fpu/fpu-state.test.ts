import { describe, expect, it } from 'vitest';
import { Exit } from '../cpu.ts';
import { CR0, Cr0, CS, EAX, Flag, Halt, HALTED, SYSFLAGS } from '../state.ts';
import { CODE, CODE0, createBareMachine, DATA, DATA0, HANDLERS, le } from '../testing/bare-machine.ts';

const HLT = 0xf4;
const FLD1 = [0xd9, 0xe8];
/** FADD dword [DATA]. */
const FADD = [0xd8, 0x05, ...le(DATA)];
const FADD_FOP = 0x005;
const FNSTENV = (address: number) => [0xd9, 0x35, ...le(address)];
const IMAGE = DATA + 0x100;

describe('the x87 instruction and data pointers', () => {
  it('name the last non-control instruction and its operand', () => {
    const m = createBareMachine();
    // FNINIT; FLD1; FADD; FLDCW [DATA+8] (control); FNSTENV.
    m.dword(DATA + 8, 0x37f);
    m.bytes(CODE, 0xdb, 0xe3, ...FLD1, ...FADD, 0xd9, 0x2d, ...le(DATA + 8), ...FNSTENV(IMAGE), HLT);
    m.run();
    const fields = [3, 4, 5, 6].map((n) => m.read(IMAGE + n * 4));
    expect(fields).toEqual([CODE + 4, CODE0 | (FADD_FOP << 16), DATA, (0xffff_0000 | DATA0) >>> 0]);
  });

  it('start with the prefixes, and keep the operand of an earlier instruction', () => {
    const m = createBareMachine();
    m.bytes(CODE, 0xdb, 0xe3, ...FLD1, 0x3e, ...FADD, 0xd9, 0xe0, ...FNSTENV(IMAGE), HLT);
    m.run();
    // FCHS is D9 E0.
    expect(m.read(IMAGE + 12)).toBe(CODE + 11);
    expect(m.read(IMAGE + 16) >>> 16).toBe(0x1e0);
    expect(m.read(IMAGE + 20)).toBe(DATA);
  });

  it('stay when the operand faults', () => {
    const m = createBareMachine();
    m.cpu.views.segLimit[3] = 0xfff;
    m.cpu.views.segFast[3] = 0;
    m.bytes(CODE, 0xdb, 0xe3, ...FLD1, ...FADD, HLT);
    m.bytes(HANDLERS + 13 * 16, 0x36, ...FNSTENV(IMAGE), HLT);
    m.run();
    expect(m.read(IMAGE + 12)).toBe(CODE + 2);
  });

  it('are linear addresses in real mode, in both operand sizes, and load again', () => {
    const m = createBareMachine();
    const { state } = m.cpu.views;
    state[CR0] = Cr0.ET | Cr0.NE;
    m.cpu.segmentation.updateMode();
    for (const seg of [0, 2, 3, 4, 5]) m.cpu.segmentation.fillReal(seg, 0x2000);
    m.cpu.segmentation.fillReal(CS, 0x3000);
    m.cpu.views.segAttr[CS] = 0x9b;
    // FNINIT; FLD1; FADD dword [10h]; FNSTENV [100h]; 32-bit FNSTENV [200h]; FLDENV [100h]; FNSTENV [300h].
    const store = (at: number, wide: boolean) => [...(wide ? [0x66] : []), 0xd9, 0x36, at & 0xff, at >> 8];
    m.bytes(
      0x3_0000,
      ...[0xdb, 0xe3, ...FLD1, 0xd8, 0x06, 0x10, 0x00, ...store(0x100, false), ...store(0x200, true)],
      ...[0xd9, 0x26, 0x00, 0x01, ...store(0x300, false), HLT],
    );
    m.run(0);
    const words = (at: number) => [3, 4, 5, 6].map((n) => m.read(0x2_0000 + at + n * 2, 2));
    expect(words(0x100)).toEqual([0x0004, 0x3006, 0x0010, 0x2000]);
    expect(words(0x300)).toEqual([0x0004, 0x3006, 0x0010, 0x2000]);
    expect([3, 4, 5, 6].map((n) => m.read(0x2_0200 + n * 4))).toEqual([
      0xffff_0004, 0x3006, 0xffff_0010, 0x2000,
    ]);
  });
});

describe('a pending x87 exception', () => {
  // FNINIT; FLDCW with division by zero unmasked; FLD1; FLDZ; FDIVP leaves ES set; FLD1 waits.
  const program = [0xdb, 0xe3, 0xd9, 0x2d, ...le(DATA), ...FLD1, 0xd9, 0xee, 0xde, 0xf9];
  const waits = CODE + program.length;
  function machine(ne: boolean, ignne: boolean) {
    const levels: boolean[] = [];
    const m = createBareMachine({
      onFpuError(asserted) {
        levels.push(asserted);
        m.cpu.setIntr(asserted && !ignne);
        return ignne;
      },
      acknowledgeInterrupt: () => 0x75,
    });
    m.dword(DATA, 0x37b);
    m.bytes(CODE, ...program, ...FLD1, HLT);
    m.cpu.views.state[CR0] = Cr0.PE | Cr0.ET | (ne ? Cr0.NE : 0);
    m.cpu.views.state[SYSFLAGS] |= Flag.IF;
    return { m, levels };
  }

  it('is #MF with CR0.NE', () => {
    const { m, levels } = machine(true, false);
    m.run();
    expect([m.vector(), m.frame(0), levels]).toEqual([16, waits, []]);
  });

  it('asserts FERR without CR0.NE, and the interrupt comes before the waiting instruction', () => {
    const { m, levels } = machine(false, false);
    m.run();
    expect([m.vector(), m.frame(0), levels]).toEqual([0x75, waits, [true]]);
    // The handler clears the exceptions and returns: FNCLEX; IRET.
    m.bytes(HANDLERS + 0x75 * 16 + 1, 0xdb, 0xe2, 0xcf);
    m.cpu.setIntr(false);
    m.run(-1);
    expect(m.vector()).toBe(-1);
    expect(levels).toEqual([true, false]);
  });

  it('freezes the processor while no interrupt can come', () => {
    const { m } = machine(false, false);
    m.cpu.views.state[SYSFLAGS] &= ~Flag.IF;
    expect(m.run()).toBe(Exit.Halted);
    expect(m.cpu.views.state[HALTED]).toBe(Halt.Frozen);
    expect(m.cpu.linearEip()).toBe(waits);
  });

  it('is passed over while IGNNE is asserted', () => {
    const { m } = machine(false, true);
    m.run();
    expect([m.vector(), m.cpu.linearEip()]).toEqual([-1, waits + 3]);
  });
});

describe('alignment checks of 8- and 16-byte operands', () => {
  it.each([
    ['FLD m64', [0xdd, 0x05], 4, 17],
    ['FLD m32', [0xd9, 0x05], 4, -1],
    ['FLD m80', [0xdb, 0x2d], 4, 17],
    ['FSTP m64', [0xdd, 0x1d], 4, 17],
    ['MOVQ MM', [0x0f, 0x6f, 0x05], 4, 17],
    ['MOVUPS at 4', [0x0f, 0x10, 0x05], 4, 17],
    ['MOVUPS at 8', [0x0f, 0x10, 0x05], 8, -1],
    ['MOVAPS at 8', [0x0f, 0x28, 0x05], 8, 13],
    ['CMPXCHG8B', [0x0f, 0xc7, 0x0d], 4, 17],
  ])('%s', (_name, opcode, by, vector) => {
    const m = createBareMachine();
    const { state } = m.cpu.views;
    state[CR0] |= Cr0.AM;
    state[84] = 0x600;
    state[SYSFLAGS] |= Flag.AC;
    m.ring3();
    m.cpu.mmu.updateAccess();
    m.bytes(CODE, 0xdb, 0xe3, ...opcode, ...le(DATA + by), 0xcd, 0x30);
    m.run();
    expect(m.vector()).toBe(vector < 0 ? 0x30 : vector);
    expect(m.cpu.views.reg32[EAX]).toBe(0);
  });
});
