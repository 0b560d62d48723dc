import { describe, expect, it } from 'vitest';
import { CODE, createBareMachine, STACK } from '../testing/bare-machine.ts';
import { Attr, CS, ECX, EIP, ESP, Flag, FLAT } from '../state.ts';

/** Flags under which the conditions O NO B AE E NE BE A S NS P NP L GE LE G hold and do not (SDM vol. 1, appendix B). */
const HOLDS = [
  [Flag.OF, 0],
  [0, Flag.OF],
  [Flag.CF, 0],
  [0, Flag.CF],
  [Flag.ZF, 0],
  [0, Flag.ZF],
  [Flag.CF, 0],
  [0, Flag.ZF],
  [Flag.SF, 0],
  [0, Flag.SF],
  [Flag.PF, 0],
  [0, Flag.PF],
  [Flag.SF, Flag.SF | Flag.OF],
  [Flag.OF | Flag.SF, Flag.OF],
  [Flag.ZF, 0],
  [0, Flag.SF],
] as const;

/** Where a branch of a 16- or 32-bit code segment leads: code at CODE + 40h, which is above 64 KiB. */
function branch(big: boolean, bytes: number[], prepare: { flags?: number; ecx?: number } = {}) {
  const machine = createBareMachine();
  const { cpu } = machine;
  const { state, reg32, segAttr } = cpu.views;
  machine.bytes(CODE + 0x40, ...bytes);
  if (!big) {
    segAttr[CS]! &= ~Attr.Big;
    state[FLAT]! &= ~(1 << CS);
  }
  state[EIP] = CODE + 0x40;
  reg32[ECX] = prepare.ecx ?? 0;
  reg32[ESP] = STACK;
  cpu.flags.set((prepare.flags ?? 0) | 2);
  cpu.step();
  return { eip: state[EIP]! >>> 0, ecx: reg32[ECX]!, esp: reg32[ESP]!, read: machine.read };
}

describe.each([
  ['16-bit operands by prefix in 32-bit code', true, [0x66], 0xffff],
  ['16-bit operands in 16-bit code', false, [], 0xffff],
  ['32-bit operands by prefix in 16-bit code', false, [0x66], 0xffff_ffff],
  ['32-bit operands in 32-bit code', true, [], 0xffff_ffff],
] as const)('near branches with %s', (_, big, prefix, mask) => {
  const wide = mask !== 0xffff;
  const end = (length: number) => CODE + 0x40 + prefix.length + length;
  const displacement = wide ? [0x00, 0x01, 0x00, 0x00] : [0x00, 0x01];

  it.each(HOLDS.map((flags, condition) => [condition, ...flags] as const))(
    'cut EIP to the operand size where condition %i holds, and only there',
    (condition, holds, fails) => {
      const near = [...prefix, 0x0f, 0x80 + condition, ...displacement];
      expect(branch(big, [...prefix, 0x70 + condition, 0x10], { flags: holds }).eip).toBe(
        (end(2) + 0x10) & mask,
      );
      expect(branch(big, [...prefix, 0x70 + condition, 0x10], { flags: fails }).eip).toBe(end(2));
      expect(branch(big, near, { flags: holds }).eip).toBe(
        ((end(2 + displacement.length) + 0x100) & mask) >>> 0,
      );
      expect(branch(big, near, { flags: fails }).eip).toBe(end(2 + displacement.length));
    },
  );

  it('count by the address size', () => {
    const wideCount = big;
    const loop = (opcode: number, ecx: number, flags = 0) =>
      branch(big, [...prefix, opcode, 0x10], { ecx, flags });
    const taken = (end(2) + 0x10) & mask;
    expect(loop(0xe2, 0x2_0001)).toMatchObject({
      eip: wideCount ? taken : end(2),
      ecx: 0x2_0000,
    });
    expect(loop(0xe1, 2, Flag.ZF)).toMatchObject({ eip: taken, ecx: 1 });
    expect(loop(0xe1, 2, 0)).toMatchObject({ eip: end(2), ecx: 1 });
    expect(loop(0xe0, 2, 0)).toMatchObject({ eip: taken, ecx: 1 });
    expect(loop(0xe0, 2, Flag.ZF)).toMatchObject({ eip: end(2), ecx: 1 });
    expect(loop(0xe3, 0x2_0000)).toMatchObject({ eip: wideCount ? end(2) : taken });
    expect(loop(0xe3, 0)).toMatchObject({ eip: taken });
  });

  it('jump, call and return', () => {
    const size = wide ? 4 : 2;
    expect(branch(big, [...prefix, 0xeb, 0x10]).eip).toBe((end(2) + 0x10) & mask);
    expect(branch(big, [...prefix, 0xe9, ...displacement]).eip).toBe(((end(1 + size) + 0x100) & mask) >>> 0);
    const call = branch(big, [...prefix, 0xe8, ...displacement]);
    expect(call.eip).toBe(((end(1 + size) + 0x100) & mask) >>> 0);
    expect(call.esp).toBe(STACK - size);
    expect(call.read(STACK - size, size)).toBe((end(1 + size) & mask) >>> 0);
    const register = branch(big, [...prefix, 0xff, 0xe1], { ecx: 0x1234_5678 });
    expect(register.eip).toBe(0x1234_5678 & mask);
    const called = branch(big, [...prefix, 0xff, 0xd1], { ecx: 0x1234_5678 });
    expect([called.eip, called.read(STACK - size, size)]).toEqual([0x1234_5678 & mask, end(2) & mask]);
  });
});
