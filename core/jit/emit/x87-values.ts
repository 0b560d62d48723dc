/**
 * Arithmetic of x87 on values in locals, exact to the bit (SDM vol. 1, 4.8.4 and 8.3.5): the usual case of the soft-float core's `x87-fast.ts`,
 * without a branch but for those to `slow`, which leads to the core itself. Operands are normal numbers and so is the result, which is rounded to
 * the nearest one with 64 bits of significand.
 */
import { Op, Type } from '../wasm/opcodes.ts';
import type { Code, Label } from '../wasm/code.ts';
import type { Value } from './x87-registers.ts';

export const SIGN = 0x8000;
const EXPONENT = 0x7fff;
export const BIAS = 0x3fff;
export const SIGNIFICAND = 64;
/** The integer bit as an i64. */
export const INTEGER_BIT_HIGH = 1 << 31;

/** Locals that are used again and again. */
export interface Scratch {
  readonly long: readonly [number, number, number, number, number];
  readonly word: readonly [number, number, number];
}
/** What an operation has made: its value, what it has lost (an i64: 0 if nothing), and whether it was rounded up. */
export interface Result extends Value {
  readonly lost: number;
  readonly up: number;
}

export function createScratch(code: Code): Scratch {
  const long = () => code.local(Type.i64);
  const word = () => code.local();
  return { long: [long(), long(), long(), long(), long()], word: [word(), word(), word()] };
}

export function shiftLong(code: Code, opcode: number, by: number): void {
  code.const64(by, 0);
  code.op(opcode);
}
export function exponentOf(code: Code, word: number): void {
  code.get(word);
  code.const(EXPONENT);
  code.op(Op.i32And);
}
/** @param turned with the other sign */
function wordOf(code: Code, { word }: Value, turned: boolean): void {
  code.get(word);
  if (!turned) return;
  code.const(SIGN);
  code.op(Op.i32Xor);
}

/**
 * Rounds a significand h:l whose top bit is set. `exponent` is a local; the sign is in a word, whose other bits do not matter, that is left on the
 * stack by `sign`.
 */
function round(
  code: Code,
  { h, l, exponent, up }: Record<'h' | 'l' | 'exponent' | 'up', number>,
  sign: () => void,
  slow: Label,
): Result {
  // More than half, or half and odd.
  code.get(l);
  code.const64(0, INTEGER_BIT_HIGH);
  code.get(h);
  shiftLong(code, Op.i64And, 1);
  code.op(Op.i64Sub, Op.i64GtU);
  code.tee(up);
  code.op(Op.i64ExtendI32U);
  code.get(h);
  code.op(Op.i64Add);
  code.tee(h);
  // Up to the next power of two: once in 2^64 times.
  code.const64(0, 0);
  code.op(Op.i64GeS);
  code.branchIf(slow);
  code.get(exponent);
  code.const(1);
  code.op(Op.i32Sub);
  code.const(EXPONENT - 1);
  code.op(Op.i32GeU);
  code.branchIf(slow);
  sign();
  code.const(SIGN);
  code.op(Op.i32And);
  code.get(exponent);
  code.op(Op.i32Or);
  code.set(exponent);
  return { significand: h, word: exponent, lost: l, up };
}

/** a + b. @param turned which of them has the other sign */
export function emitSum(
  code: Code,
  { long: [greater, less, h, l, signs], word: [distance, word, swapped] }: Scratch,
  a: Value,
  b: Value,
  turned: 'a' | 'b' | undefined,
  slow: Label,
): Result {
  const choose = (first: () => void, second: () => void) => {
    first();
    second();
    code.get(swapped);
    code.op(Op.select);
  };
  const significand = (of: Value) => () => {
    code.get(of.significand);
  };
  const wordOfA = () => {
    wordOf(code, a, turned === 'a');
  };
  const wordOfB = () => {
    wordOf(code, b, turned === 'b');
  };
  exponentOf(code, a.word);
  exponentOf(code, b.word);
  code.op(Op.i32Sub);
  code.tee(distance);
  code.const(0);
  code.op(Op.i32LtS);
  code.get(distance);
  code.op(Op.i32Eqz);
  code.get(a.significand);
  code.get(b.significand);
  code.op(Op.i64LtU, Op.i32And, Op.i32Or);
  code.set(swapped);
  choose(significand(b), significand(a));
  code.set(greater);
  choose(significand(a), significand(b));
  code.set(less);
  choose(wordOfB, wordOfA);
  code.set(word);
  // Its magnitude.
  code.get(distance);
  code.get(distance);
  code.const(31);
  code.op(Op.i32ShrS);
  code.tee(swapped);
  code.op(Op.i32Xor);
  code.get(swapped);
  code.op(Op.i32Sub);
  code.tee(distance);
  // Both are moved down by one, so that the sum has room; and then nothing may fall out below 128 bits.
  code.const(SIGNIFICAND - 2);
  code.op(Op.i32GtU);
  code.branchIf(slow);
  // greater - less = ~(~greater + less)
  code.get(a.word);
  code.get(b.word);
  code.op(Op.i32Xor);
  if (turned) {
    code.const(SIGN);
    code.op(Op.i32Xor);
  }
  code.const(16);
  code.op(Op.i32Shl);
  code.const(31);
  code.op(Op.i32ShrS, Op.i64ExtendI32S);
  code.set(signs);
  code.get(greater);
  shiftLong(code, Op.i64Shl, SIGNIFICAND - 1);
  code.get(signs);
  code.op(Op.i64Xor);
  code.get(less);
  code.const(SIGNIFICAND - 1);
  code.get(distance);
  code.op(Op.i32Sub, Op.i64ExtendI32U, Op.i64Shl);
  code.tee(h);
  code.op(Op.i64Add);
  code.tee(l);
  code.get(h);
  code.op(Op.i64LtU, Op.i64ExtendI32U);
  code.get(greater);
  shiftLong(code, Op.i64ShrU, 1);
  code.get(signs);
  code.op(Op.i64Xor);
  code.get(less);
  code.get(distance);
  code.const(1);
  code.op(Op.i32Add, Op.i64ExtendI32U, Op.i64ShrU);
  code.op(Op.i64Add, Op.i64Add);
  code.get(signs);
  code.op(Op.i64Xor);
  code.tee(h);
  // The top bit may have gone far: that is rare, and so is zero.
  code.op(Op.i64Eqz);
  code.branchIf(slow);
  code.get(l);
  code.get(signs);
  code.op(Op.i64Xor);
  code.set(l);
  const shift = less;
  code.get(h);
  code.op(Op.i64Clz);
  code.set(shift);
  code.get(h);
  code.get(shift);
  code.op(Op.i64Shl);
  // In two steps: a shift by 64 would be one by 0.
  code.get(l);
  shiftLong(code, Op.i64ShrU, 1);
  code.const64(SIGNIFICAND - 1, 0);
  code.get(shift);
  code.op(Op.i64Sub, Op.i64ShrU, Op.i64Or);
  code.set(h);
  code.get(l);
  code.get(shift);
  code.op(Op.i64Shl);
  code.set(l);
  exponentOf(code, word);
  code.const(1);
  code.op(Op.i32Add);
  code.get(shift);
  code.op(Op.i32WrapI64, Op.i32Sub);
  code.set(distance);
  const sign = () => {
    code.get(word);
  };
  return round(code, { h, l, exponent: distance, up: swapped }, sign, slow);
}

/** a * b. */
export function emitProduct(
  code: Code,
  { long: [aLow, bHigh, h, l, middle], word: [exponent, up] }: Scratch,
  a: Value,
  b: Value,
  slow: Label,
): Result {
  const half = (local: number) => {
    code.get(local);
    code.const64(-1, 0);
    code.op(Op.i64And);
  };
  const upper = (local: number) => {
    code.get(local);
    shiftLong(code, Op.i64ShrU, 32);
  };
  // Of 32 bits each: three sums of two products that fit.
  half(a.significand);
  code.tee(aLow);
  half(b.significand);
  code.tee(l);
  code.op(Op.i64Mul);
  code.set(h);
  upper(a.significand);
  code.get(l);
  code.op(Op.i64Mul);
  upper(h);
  code.op(Op.i64Add);
  code.set(middle);
  upper(b.significand);
  code.set(bHigh);
  // h: the lowest half; l: the middle with what was carried from it
  code.get(aLow);
  code.get(bHigh);
  code.op(Op.i64Mul);
  half(middle);
  code.op(Op.i64Add);
  code.set(l);
  half(h);
  code.get(l);
  shiftLong(code, Op.i64Shl, 32);
  code.op(Op.i64Or);
  upper(a.significand);
  code.get(bHigh);
  code.op(Op.i64Mul);
  upper(middle);
  code.op(Op.i64Add);
  upper(l);
  code.op(Op.i64Add);
  code.set(h);
  code.set(l);
  // One bit too low, or in its place.
  code.get(h);
  code.op(Op.i64Clz);
  code.set(middle);
  code.get(h);
  code.get(middle);
  code.op(Op.i64Shl);
  code.get(l);
  shiftLong(code, Op.i64ShrU, SIGNIFICAND - 1);
  code.get(middle);
  code.op(Op.i64And, Op.i64Or);
  code.set(h);
  code.get(l);
  code.get(middle);
  code.op(Op.i64Shl);
  code.set(l);
  exponentOf(code, a.word);
  exponentOf(code, b.word);
  code.op(Op.i32Add);
  code.const(BIAS - 1);
  code.op(Op.i32Sub);
  code.get(middle);
  code.op(Op.i32WrapI64, Op.i32Sub);
  code.set(exponent);
  const sign = () => {
    code.get(a.word);
    code.get(b.word);
    code.op(Op.i32Xor);
  };
  return round(code, { h, l, exponent, up }, sign, slow);
}

/** Compares: two locals with 0 or 1. */
export function emitCompare(
  code: Code,
  { long: [signs], word: [first, second, equal] }: Scratch,
  a: Value,
  b: Value,
): { readonly less: number; readonly equal: number } {
  // The exponents with signs: all bits are turned over below zero, where more is less.
  const ordered = (of: Value, to: number) => {
    exponentOf(code, of.word);
    code.get(of.word);
    code.const(16);
    code.op(Op.i32Shl);
    code.const(31);
    code.op(Op.i32ShrS);
    if (of === a) {
      code.tee(to);
      code.get(to);
      code.op(Op.i64ExtendI32S);
      code.set(signs);
    }
    code.op(Op.i32Xor);
    code.set(to);
  };
  ordered(a, first);
  ordered(b, second);
  code.get(first);
  code.get(second);
  code.op(Op.i32Eq);
  code.tee(equal);
  code.get(a.significand);
  code.get(signs);
  code.op(Op.i64Xor);
  code.get(b.significand);
  code.get(signs);
  code.op(Op.i64Xor, Op.i64LtU, Op.i32And);
  code.get(first);
  code.get(second);
  code.op(Op.i32LtS, Op.i32Or);
  code.get(equal);
  code.get(a.significand);
  code.get(b.significand);
  code.op(Op.i64Eq, Op.i32And);
  code.set(equal);
  code.set(first);
  return { less: first, equal };
}
