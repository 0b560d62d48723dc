/** Floating point that is special now and then, or until MXCSR is usual, ends alike in the interpreter and in translations. */
import { describe, expect, it } from 'vitest';
import { CODE, createBareMachine, DATA } from '../cpu/testing/bare-machine.ts';
import { CR4, Cr4, EBX, ECX } from '../cpu/state.ts';
import { FpuState } from '../softfloat/softfloat.ts';
import { usesCore, withoutCore } from './specials.ts';
import type { Tier } from './tier.ts';

const ROUNDS = 400;
const MANY = 30;

/** Each turn: xmm0 := xmm0 op the next double; ST(0) := ST(0) + 1. */
function run(tier: Tier, opcode: number, operands: readonly number[]) {
  const m = createBareMachine({}, 'max', tier);
  const { state, reg32, mem } = m.cpu.views;
  state[CR4] |= Cr4.OSFXSR | Cr4.OSXMMEXCPT;
  const bits = new Uint32Array(Float64Array.from(operands).buffer);
  bits.forEach((word, n) => {
    m.dword(DATA + n * 4, word);
  });
  mem.setFloat64(FpuState.Xmm, 1, true);
  mem.setUint32(FpuState.Mxcsr, 0x1f80, true);
  // fninit; fldz
  m.bytes(CODE, 0xdb, 0xe3, 0xd9, 0xee, 0xf4);
  m.run();
  // fld1; faddp; op xmm0, [ebx]; add ebx, 8; dec ecx; jnz
  const turn = [0xd9, 0xe8, 0xde, 0xc1, 0xf2, 0x0f, opcode, 0x03, 0x83, 0xc3, 8, 0x49];
  m.bytes(CODE + 0x100, ...turn, 0x75, 256 - turn.length - 2, 0xf4);
  reg32[EBX] = DATA;
  reg32[ECX] = operands.length;
  // In slices: regions are left and entered.
  for (let slice = 0; slice < operands.length; slice++) m.run(slice === 0 ? CODE + 0x100 : -1, 20);
  return {
    left: reg32[ECX],
    xmm: mem.getFloat64(FpuState.Xmm, true),
    mxcsr: mem.getUint32(FpuState.Mxcsr, true),
    fpu: Array.from({ length: 40 }, (_, n) => mem.getUint32(FpuState.Registers + n * 4, true)),
  };
}

describe('special operands', () => {
  const [ADD, MULTIPLY] = [0x58, 0x59];
  it.each([
    ['that are exact to the end', ADD, () => 0.5],
    ['of which one is inexact for the first time', ADD, (n: number) => (n < 150 ? 0.5 : 0.1)],
    ['that are denormal after that', ADD, (n: number) => (n < 150 ? 0.5 : n % 3 === 0 ? 5e-324 : 0.1)],
    ['that become zero by and by', MULTIPLY, (n: number) => (n < 100 ? 0.7 : 1e-9)],
    ['that are not numbers in the end', MULTIPLY, (n: number) => (n < 100 ? 1e9 : NaN)],
  ])('are the same %s', (_, opcode, operand) => {
    const operands = Array.from({ length: ROUNDS }, (_, n) => operand(n));
    const wanted = run('interpreter', opcode, operands);
    expect(wanted.left).toBe(0);
    for (const tier of ['hot', 'jit', 'eager'] as const)
      expect(run(tier, opcode, operands), tier).toEqual(wanted);
  });
});

describe('the soft-float core', () => {
  it('is called in place when operands are often special', () => {
    expect(usesCore({ specials: MANY - 1 }, MANY)).toBe(false);
    expect(usesCore({ specials: MANY }, MANY)).toBe(true);
  });
  it('is not when MXCSR has become usual, until they are special again and again', () => {
    expect(usesCore({ specials: withoutCore(MANY) }, MANY)).toBe(false);
    expect(usesCore({ specials: withoutCore(MANY) + MANY - 1 }, MANY)).toBe(false);
    expect(usesCore({ specials: withoutCore(MANY) + MANY }, MANY)).toBe(true);
  });
});
