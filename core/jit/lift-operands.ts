/** Operands as the decoder leaves them. */
import type { Insn } from '../cpu/decode/insn.ts';
import type { Constant, Memory, Register, Width } from './ir.ts';

export const constant = (value: number): Constant => ({ kind: 'constant', value });
/** The general register of a number as the decoder leaves it: an index of the array of its width. */
export function register(index: number, width: Width): Register {
  if (width === 32) return { kind: 'register', register: index, high: false };
  if (width === 16) return { kind: 'register', register: index >> 1, high: false };
  return { kind: 'register', register: index >> 2, high: (index & 1) !== 0 };
}
export const whole = (number: number): Register => ({ kind: 'register', register: number, high: false });
export const memoryOf = (i: Insn): Memory => ({
  kind: 'memory',
  seg: i.seg,
  base: i.base,
  index: i.idx,
  scale: i.scale,
  disp: i.disp,
  mask: i.addrMask,
});
