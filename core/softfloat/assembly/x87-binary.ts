/** x87 arithmetic with two operands (SDM vol. 2, FADD, FMUL, FSUB, FDIV and their forms). */
import { arithmetic, isNan } from './arith';
import { fromDouble, fromInteger, fromSingle } from './convert';
import { begin, ex, flag, rm, rse } from './round';
import { DE, IE, QUIET_BIT, ZE } from './state';
import { fastArithmetic, fastMemory, fastRegisters } from './x87-fast';
import {
  BEFORE,
  abandon,
  commitFlags,
  isEmpty,
  pop,
  put,
  signExponent,
  significand,
  stackFault,
  unmasked,
} from './x87-stack';

/** ST(destination) := ST(destination) op ST(source), then pops if asked. */
export function arithmeticRegisters(operation: i32, destination: u32, source: u32, pops: bool): void {
  if (fastRegisters(operation, destination, source, pops)) return;
  begin();
  if (isEmpty(destination) || isEmpty(source)) {
    if (stackFault(false)) {
      commitFlags();
      return;
    }
  } else {
    const am = significand(destination);
    const ase = signExponent(destination);
    const bm = significand(source);
    const bse = signExponent(source);
    arithmetic(operation, am, ase, bm, bse);
    if (unmasked(BEFORE)) {
      abandon();
      return;
    }
  }
  put(destination, rm, rse);
  commitFlags();
  if (pops) pop();
}
/** Memory operand kinds. */
const SINGLE: i32 = 0;
const INTEGER: i32 = 2;
const DOUBLE: i32 = 4;

function readOperand(kind: i32, bits: u64): void {
  if (kind == SINGLE) fromSingle(u32(bits));
  else if (kind == DOUBLE) fromDouble(bits);
  else fromInteger(i64(bits));
}
/** An integer comes as its lower word. */
export function operandBits(kind: i32, lo: u32, hi: u32): u64 {
  return kind == INTEGER ? u64(i64(i32(lo))) : u64(lo) | (u64(hi) << 32);
}

/** ST(0) := ST(0) op memory. */
export function arithmeticMemory(operation: i32, kind: i32, lo: u32, hi: u32): void {
  if (kind == DOUBLE && fastMemory(operation, u64(lo) | (u64(hi) << 32))) return;
  begin();
  if (isEmpty(0)) {
    if (stackFault(false)) {
      commitFlags();
      return;
    }
  } else {
    memoryOperand(kind, operandBits(kind, lo, hi));
    const am = significand(0);
    const ase = signExponent(0);
    if (!operandDenormal && fastArithmetic(operation, am, ase, operandM, operandSe)) {
      put(0, rm, rse);
      return;
    }
    arithmetic(operation, am, ase, operandM, operandSe);
    finishOperand(am, ase);
    if (unmasked(BEFORE)) {
      abandon();
      return;
    }
  }
  put(0, rm, rse);
  commitFlags();
}

/**
 * A memory operand keeps its signalling NaN for the operation to see, and its denormal flag counts only if the
 * operation gets as far as looking at it.
 */
export let operandM: u64 = 0;
export let operandSe: u32 = 0;
let operandDenormal: bool = false;
export function memoryOperand(kind: i32, bits: u64): void {
  readOperand(kind, bits);
  operandM = rm;
  operandSe = rse;
  operandDenormal = (ex & DE) != 0;
  if ((ex & IE) != 0) operandM &= ~QUIET_BIT;
  begin();
}
/** With the other operand. */
export function finishOperand(m: u64, se: u32): void {
  if (!operandDenormal) return;
  // NaNs and invalid operations come before denormals.
  if ((ex & (IE | ZE)) == 0 && !isNan(m, se)) flag(DE);
}
