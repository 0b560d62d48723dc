/** x87 comparisons and FXAM (SDM vol. 2, FCOM, FUCOM, FCOMI, FTST, FXAM). */
import { isDenormal, isInfinite, isNan, isNormal, isSignaling, isZero, unsupported } from './arith';
import { begin, ex, flag, setUp } from './round';
import { C0, C2, C3, DE, EXPONENT, IE, INTEGER_BIT, SIGN, controlWord } from './state';
import { finishOperand, memoryOperand, operandBits, operandM, operandSe } from './x87-binary';
import {
  commitFlags,
  isEmpty,
  pop,
  setC1,
  setCodes,
  signExponent,
  significand,
  stackFault,
  unmasked,
} from './x87-stack';

const UNORDERED: u32 = C0 | C2 | C3;

/** Compares and returns C3, C2, C0. `quiet`: QNaNs are not invalid (FUCOM). */
export function compare(am: u64, ase: u32, bm: u64, bse: u32, quiet: bool): u32 {
  if (!isNormal(am, ase) || !isNormal(bm, bse)) {
    if (unsupported(am, ase) || unsupported(bm, bse)) {
      flag(IE);
      return UNORDERED;
    }
    if (isNan(am, ase) || isNan(bm, bse)) {
      if (!quiet || isSignaling(am, ase) || isSignaling(bm, bse)) flag(IE);
      return UNORDERED;
    }
    if (isDenormal(am, ase) || isDenormal(bm, bse)) flag(DE);
    if (isZero(am, ase) && isZero(bm, bse)) return C3;
  }
  const aNegative = (ase & SIGN) != 0;
  const bNegative = (bse & SIGN) != 0;
  if (aNegative != bNegative) return aNegative ? C0 : 0;
  // A pseudo-denormal has the value of exponent 1.
  const ae = (ase & EXPONENT) + u32((ase & EXPONENT) == 0 && (am & INTEGER_BIT) != 0);
  const be = (bse & EXPONENT) + u32((bse & EXPONENT) == 0 && (bm & INTEGER_BIT) != 0);
  if (ae == be && am == bm) return C3;
  const less = ae < be || (ae == be && am < bm);
  return less != aNegative ? C0 : 0;
}

/** FCOM, FUCOM and their popping forms; `pops` is 0, 1 or 2. */
export function compareRegister(i: u32, quiet: bool, pops: u32): void {
  begin();
  let codes = UNORDERED;
  if (isEmpty(0) || isEmpty(i)) stackFault(false);
  else codes = compare(significand(0), signExponent(0), significand(i), signExponent(i), quiet);
  finishCompare(codes, pops);
}
function finishCompare(codes: u32, pops: u32): void {
  setUp(false);
  commitFlags();
  if (unmasked(IE | DE)) {
    if ((ex & ~controlWord() & IE) != 0) setCodes(UNORDERED);
    else setCodes(codes);
    return;
  }
  setCodes(codes);
  for (let n: u32 = 0; n < pops; n++) pop();
}
export function compareMemory(kind: i32, lo: u32, hi: u32, pops: u32): void {
  begin();
  let codes = UNORDERED;
  if (isEmpty(0)) stackFault(false);
  else {
    const m = significand(0);
    const se = signExponent(0);
    memoryOperand(kind, operandBits(kind, lo, hi));
    codes = compare(m, se, operandM, operandSe, false);
    finishOperand(m, se);
  }
  finishCompare(codes, pops);
}
/** FTST. */
export function compareZero(): void {
  begin();
  let codes = UNORDERED;
  if (isEmpty(0)) stackFault(false);
  else codes = compare(significand(0), signExponent(0), 0, 0, false);
  finishCompare(codes, 0);
}
/** FCOMI and FUCOMI: returns ZF, PF and CF in their EFLAGS places. They change even if the exception is unmasked. */
export function compareFlags(i: u32, quiet: bool, pops: bool): u32 {
  begin();
  let codes = UNORDERED;
  if (isEmpty(0) || isEmpty(i)) stackFault(false);
  else codes = compare(significand(0), signExponent(0), significand(i), signExponent(i), quiet);
  setUp(false);
  commitFlags();
  if (pops && !unmasked(IE | DE)) pop();
  return (codes & C3 ? 0x40 : 0) | (codes & C2 ? 4 : 0) | (codes & C0 ? 1 : 0);
}

/** FXAM. */
export function examine(): void {
  const m = significand(0);
  const se = signExponent(0);
  let codes: u32;
  if (isEmpty(0)) codes = C3 | C0;
  else if (unsupported(m, se)) codes = 0;
  else if (isNan(m, se)) codes = C0;
  else if (isInfinite(m, se)) codes = C2 | C0;
  else if (isZero(m, se)) codes = C3;
  else if (isDenormal(m, se)) codes = C3 | C2;
  else codes = C2;
  setCodes(codes);
  setC1((se & SIGN) != 0);
}
