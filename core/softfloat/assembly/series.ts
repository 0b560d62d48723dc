/**
 * What the transcendental functions share: rounding of 128-bit results, and how their instructions end. Power series on
 * reduced arguments with 128-bit arithmetic give far more than the 64 bits of a register, so results are within one unit
 * in the last place.
 */
import { normalizeRoundPack, rm, rse } from './round';
import { BIAS, C2, controlWord, EXPONENT, roundingControl, STATUS, statusWord } from './state';
import { normalizeWide, shiftRightWide, we, wh, wl } from './wide';
import { abandon, BEFORE, commitFlags, pop, put, stackFault, unmasked } from './x87-stack';

/** 1 in Q1.127. */
export const ONE: u64 = 0x8000_0000_0000_0000;

/** The unbiased exponent of a finite value whose significand is normalised. */
export function exponentOf(m: u64, se: u32): i32 {
  const e = i32(se & EXPONENT);
  return (e == 0 ? 1 : e) - BIAS - i32(clz(m));
}

/** Rounds and packs the inexact value in wh:wl, we. */
export function packWide(sign: u32): void {
  packWideTo(sign, roundingControl());
}
/** The same with a rounding of its own. */
export function packWideTo(sign: u32, rc: u32): void {
  normalizeWide();
  normalizeRoundPack(sign, we + BIAS, wh, wl | 1, 64, rc, controlWord());
}

/** As a fraction in Q0.128; the value must be below 1. */
export function toFraction(h: u64, l: u64, e: i32): void {
  shiftRightWide(h, l, -1 - e);
}

/** FSIN and FCOS with nothing on the stack: the operand is not "too large". */
export function finishFault(): void {
  if (!stackFault(false)) put(0, rm, rse);
  commitFlags();
  store<u32>(STATUS, statusWord() & ~C2);
}
export function finishTop(): void {
  if (unmasked(BEFORE)) {
    abandon();
    return;
  }
  put(0, rm, rse);
  commitFlags();
}
export function finishFaultPop(): void {
  if (stackFault(false)) {
    commitFlags();
    return;
  }
  put(1, rm, rse);
  commitFlags();
  pop();
}
export function finishPop(): void {
  if (unmasked(BEFORE)) {
    abandon();
    return;
  }
  put(1, rm, rse);
  commitFlags();
  pop();
}
