/** Values of x87 from and to the formats of memory, as `x87-values.ts` does arithmetic (SDM vol. 1, 4.2 and 8.2). */
import { Op } from '../wasm/opcodes.ts';
import type { Code, Label } from '../wasm/code.ts';
import type { Value } from './x87-registers.ts';
import {
  BIAS,
  exponentOf,
  INTEGER_BIT_HIGH,
  type Result,
  type Scratch,
  shiftLong,
  SIGN,
  SIGNIFICAND,
} from './x87-values.ts';

/** Formats of floating point in memory: bits of the exponent and of the fraction. */
const FORMATS = { single: { exponent: 8, fraction: 23 }, double: { exponent: 11, fraction: 52 } } as const;
export type Format = keyof typeof FORMATS;

/** A number in a format, in a local (i64), to a value: it is normal. */
export function emitWiden(code: Code, format: Format, bits: number, to: Value, slow: Label): void {
  const { exponent, fraction } = FORMATS[format];
  const top = (1 << exponent) - 1;
  code.get(bits);
  shiftLong(code, Op.i64ShrU, fraction);
  code.op(Op.i32WrapI64);
  code.const(top);
  code.op(Op.i32And);
  code.tee(to.word);
  code.const(1);
  code.op(Op.i32Sub);
  code.const(top - 1);
  code.op(Op.i32GeU);
  code.branchIf(slow);
  code.get(to.word);
  code.const(BIAS - (top >> 1));
  code.op(Op.i32Add);
  code.get(bits);
  shiftLong(code, Op.i64ShrU, fraction + exponent - 15);
  code.op(Op.i32WrapI64);
  code.const(SIGN);
  code.op(Op.i32And, Op.i32Or);
  code.set(to.word);
  code.get(bits);
  shiftLong(code, Op.i64Shl, SIGNIFICAND - 1 - fraction);
  code.const64(0, INTEGER_BIT_HIGH);
  code.op(Op.i64Or);
  code.set(to.significand);
}

/** An integer in a local (i64) to a value: it is not 0. */
export function emitFromInteger(
  code: Code,
  { long: [sign, shift] }: Scratch,
  integer: number,
  to: Value,
  slow: Label,
): void {
  code.get(integer);
  code.op(Op.i64Eqz);
  code.branchIf(slow);
  code.get(integer);
  code.get(integer);
  shiftLong(code, Op.i64ShrS, SIGNIFICAND - 1);
  code.tee(sign);
  code.op(Op.i64Xor);
  code.get(sign);
  code.op(Op.i64Sub);
  code.tee(to.significand);
  code.get(to.significand);
  code.op(Op.i64Clz);
  code.tee(shift);
  code.op(Op.i64Shl);
  code.set(to.significand);
  code.const(BIAS + SIGNIFICAND - 1);
  code.get(shift);
  code.op(Op.i32WrapI64, Op.i32Sub);
  code.get(sign);
  code.op(Op.i32WrapI64);
  code.const(SIGN);
  code.op(Op.i32And, Op.i32Or);
  code.set(to.word);
}

/** A value rounded to a format, in the first of the scratch locals. Its result is normal in that format, and its value is not told. */
export function emitNarrow(
  code: Code,
  { long: [bits, lost], word: [exponent, up] }: Scratch,
  format: Format,
  from: Value,
  slow: Label,
): Pick<Result, 'lost' | 'up'> & { readonly bits: number } {
  const { exponent: width, fraction } = FORMATS[format];
  const top = (1 << width) - 1;
  const dropped = SIGNIFICAND - 1 - fraction;
  exponentOf(code, from.word);
  code.const(BIAS - (top >> 1));
  code.op(Op.i32Sub);
  code.tee(exponent);
  code.const(1);
  code.op(Op.i32Sub);
  // What is rounded up from below the highest one stays finite.
  code.const(top - 2);
  code.op(Op.i32GeU);
  code.branchIf(slow);
  code.get(from.significand);
  shiftLong(code, Op.i64ShrU, dropped);
  code.set(bits);
  // At the top, so that rounding is as in `round`.
  code.get(from.significand);
  shiftLong(code, Op.i64Shl, SIGNIFICAND - dropped);
  code.tee(lost);
  code.const64(0, INTEGER_BIT_HIGH);
  code.get(bits);
  shiftLong(code, Op.i64And, 1);
  code.op(Op.i64Sub, Op.i64GtU);
  code.set(up);
  // The integer bit adds one to the exponent, and so does a carry.
  code.get(exponent);
  code.const(1);
  code.op(Op.i32Sub, Op.i64ExtendI32U);
  shiftLong(code, Op.i64Shl, fraction);
  code.get(bits);
  code.op(Op.i64Add);
  code.get(up);
  code.op(Op.i64ExtendI32U, Op.i64Add);
  code.get(from.word);
  code.const(SIGN);
  code.op(Op.i32And, Op.i64ExtendI32U);
  shiftLong(code, Op.i64Shl, fraction + width - 15);
  code.op(Op.i64Or);
  code.set(bits);
  return { bits, lost, up };
}
