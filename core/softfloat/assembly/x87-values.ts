/**
 * x87 operations on values instead of registers, for compiled code that keeps registers in its variables. A sign-exponent word has two
 * bits above the usual 16: of an empty register, and of what is no normal number. Results are such a word, with the significand at
 * OUTPUT; or `REFUSED`, for an empty register or an unmasked exception, when nothing has changed.
 */
import { arithmetic, isNormal, squareRoot } from './arith';
import { fromDouble, fromInteger, fromSingle, toDouble, toInteger, toSingle } from './convert';
import { begin, rm, rse, setUp } from './round';
import { OUTPUT, controlWord, roundingControl } from './state';
import { finishOperand, memoryOperand, operandM, operandSe } from './x87-binary';
import { compare } from './x87-compare';
import { fastArithmetic, fastDouble } from './x87-fast';
import { commitFlags, unmasked } from './x87-stack';

const SPECIAL: u32 = 0x1_0000;
const EMPTY_REGISTER: u32 = 0x2_0000;
const SIGN_EXPONENT: u32 = 0xffff;
const REFUSED: i32 = -1;

/** Kinds of operands in memory; SINGLE and DOUBLE are those of `x87-binary.ts`. */
const SINGLE: i32 = 0;
const DOUBLE: i32 = 4;

const ALL_EXCEPTIONS: u32 = 0x3f;

function deliver(): i32 {
  store<u64>(OUTPUT, rm);
  return i32(rse | (isNormal(rm, rse) ? 0 : SPECIAL));
}
/** What an unmasked exception leaves is the interpreter's. */
function finish(): i32 {
  if (unmasked(ALL_EXCEPTIONS)) return REFUSED;
  commitFlags();
  return deliver();
}
function isEmpty(se: u32): bool {
  return (se & EMPTY_REGISTER) != 0;
}

/** a op b. */
export function operateValues(operation: i32, am: u64, ase: u32, bm: u64, bse: u32): i32 {
  if (isEmpty(ase | bse)) return REFUSED;
  const a = ase & SIGN_EXPONENT;
  const b = bse & SIGN_EXPONENT;
  if (fastArithmetic(operation, am, a, bm, b)) return deliver();
  begin();
  arithmetic(operation, am, a, bm, b);
  return finish();
}
/** a op memory. */
export function operateMemoryValue(operation: i32, am: u64, ase: u32, kind: i32, bits: u64): i32 {
  if (isEmpty(ase)) return REFUSED;
  const a = ase & SIGN_EXPONENT;
  begin();
  memoryOperand(kind, bits);
  arithmetic(operation, am, a, operandM, operandSe);
  finishOperand(am, a);
  return finish();
}
export function squareRootValue(m: u64, se: u32): i32 {
  if (isEmpty(se)) return REFUSED;
  begin();
  squareRoot(m, se & SIGN_EXPONENT);
  return finish();
}
/** FLD and FILD. */
export function loadValue(kind: i32, bits: u64): i32 {
  begin();
  if (kind == SINGLE) fromSingle(u32(bits));
  else if (kind == DOUBLE) fromDouble(bits);
  else fromInteger(i64(bits));
  // An unmasked denormal would be pushed: that, too, is the interpreter's.
  return finish();
}

/** FST, to OUTPUT. @param kind SINGLE or DOUBLE @returns 1, or 0 if it is refused */
export function storeValue(kind: i32, m: u64, se: u32): u32 {
  if (isEmpty(se)) return 0;
  const word = se & SIGN_EXPONENT;
  begin();
  if (kind == SINGLE) store<u32>(OUTPUT, toSingle(m, word, roundingControl(), controlWord()));
  else if (!fastDouble(m, word)) store<u64>(OUTPUT, toDouble(m, word, roundingControl(), controlWord()));
  return finishStored();
}
/** FIST, to OUTPUT. @param bits 16, 32 or 64 */
export function storeIntegerValue(bits: i32, m: u64, se: u32): u32 {
  if (isEmpty(se)) return 0;
  begin();
  store<u64>(OUTPUT, u64(toInteger(m, se & SIGN_EXPONENT, bits, roundingControl())));
  return finishStored();
}
function finishStored(): u32 {
  if (unmasked(ALL_EXCEPTIONS)) return 0;
  commitFlags();
  return 1;
}

/** C3, C2 and C0 of a comparison, or `REFUSED`. They are not yet in the status word. */
export function compareValues(am: u64, ase: u32, bm: u64, bse: u32, quiet: bool): i32 {
  if (isEmpty(ase | bse)) return REFUSED;
  begin();
  const codes = compare(am, ase & SIGN_EXPONENT, bm, bse & SIGN_EXPONENT, quiet);
  return finishCompared(codes);
}
export function compareMemoryValue(am: u64, ase: u32, kind: i32, bits: u64): i32 {
  if (isEmpty(ase)) return REFUSED;
  const a = ase & SIGN_EXPONENT;
  begin();
  memoryOperand(kind, bits);
  const codes = compare(am, a, operandM, operandSe, false);
  finishOperand(am, a);
  return finishCompared(codes);
}
function finishCompared(codes: u32): i32 {
  setUp(false);
  if (unmasked(ALL_EXCEPTIONS)) return REFUSED;
  commitFlags();
  return i32(codes);
}
