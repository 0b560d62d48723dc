/** The flags of the state's words from what a region keeps of them (`Locals`), and back. */
import type { Code } from '../wasm/code.ts';
import { Op } from '../wasm/opcodes.ts';
import type { Frame, Locals } from './frame.ts';

/** Leaves a word on the stack whose bit 31 is OF. */
export function overflowWord(code: Code, { x, y }: Locals): void {
  code.get(x);
  code.get(y);
  code.op(Op.i32Xor);
  code.get(x);
  code.get(x);
  code.get(y);
  code.op(Op.i32Sub, Op.i32Xor, Op.i32And);
}

/** Leaves AF on the stack, where `CARRY` has it: in bit 3. */
export function auxiliaryBit(code: Code, { x, y, shift }: Locals): void {
  code.get(x);
  code.get(y);
  code.op(Op.i32Xor);
  code.get(x);
  code.get(y);
  code.op(Op.i32Sub, Op.i32Xor);
  code.get(shift);
  code.op(Op.i32ShrU);
  code.const(1);
  code.op(Op.i32ShrU);
  code.const(8);
  code.op(Op.i32And);
}

/** Makes OF what bit 31 of `value` is, and AF 0. */
export function setOverflow({ code, locals }: Frame, value: () => void): void {
  value();
  code.const(-0x8000_0000);
  code.op(Op.i32And);
  code.tee(locals.x);
  // 80000000h - 10h overflows without a borrow from bit 4.
  code.const(27);
  code.op(Op.i32ShrU);
  code.set(locals.y);
  code.const(0);
  code.set(locals.shift);
}
