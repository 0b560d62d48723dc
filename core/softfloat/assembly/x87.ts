/**
 * x87 instructions on the register stack (SDM vol. 1, chapter 8; vol. 2, F* instructions).
 *
 * Each exported function is one instruction after decoding: operands from memory come as integers, results for memory
 * are returned or left at OUTPUT. It decides stack faults, raises exceptions, and changes registers only if no unmasked
 * exception forbids it. The caller has checked for pending exceptions and #NM.
 */
import {
  arithmetic,
  INDEFINITE_M,
  INDEFINITE_SE,
  isDenormal,
  isInfinite,
  isNan,
  isSignaling,
  isZero,
  propagate,
  squareRoot,
  unsupported,
  DIV,
  DIVR,
  SUB,
} from './arith';
import {
  fromDouble,
  fromInteger,
  fromPackedDecimal,
  fromSingle,
  roundToIntegral,
  toDouble,
  toInteger,
  toPackedDecimal,
  toSingle,
} from './convert';
import { begin, ex, flag, result, rm, rse, setFlags, setUp, up } from './round';
import {
  BIAS,
  BUSY,
  C0,
  C1,
  C2,
  C3,
  CHOP,
  CONTROL,
  controlWord,
  DE,
  EMPTY,
  ES,
  EXPONENT,
  IE,
  INTEGER_BIT,
  NEAREST,
  OE,
  OPERAND,
  OUTPUT,
  PE,
  QUIET_BIT,
  REGISTERS,
  roundingControl,
  SF,
  SIGN,
  STATUS,
  statusWord,
  UE,
  ZE,
} from './state';

export function top(): u32 {
  return (statusWord() >> 11) & 7;
}
function physical(i: u32): u32 {
  return (top() + i) & 7;
}
export function address(i: u32): u32 {
  return REGISTERS + (physical(i) << 4);
}
export function isEmpty(i: u32): bool {
  return ((load<u32>(EMPTY) >> physical(i)) & 1) != 0;
}
export function significand(i: u32): u64 {
  return load<u64>(address(i));
}
export function signExponent(i: u32): u32 {
  return load<u32>(address(i), 8);
}
export function put(i: u32, m: u64, se: u32): void {
  const at = address(i);
  store<u64>(at, m);
  store<u32>(at, se, 8);
  store<u32>(EMPTY, load<u32>(EMPTY) & ~((<u32>1) << physical(i)));
}
export function setTop(value: u32): void {
  store<u32>(STATUS, (statusWord() & ~0x3800) | ((value & 7) << 11));
}
export function pop(): void {
  store<u32>(EMPTY, load<u32>(EMPTY) | ((<u32>1) << physical(0)));
  setTop(top() + 1);
}
export function setC1(value: bool): void {
  store<u32>(STATUS, value ? statusWord() | C1 : statusWord() & ~C1);
}
function setCodes(codes: u32): void {
  store<u32>(STATUS, (statusWord() & ~(C0 | C2 | C3)) | codes);
}

/** ES and B follow the unmasked exception flags. */
export function updateSummary(): void {
  const pending = (statusWord() & ~controlWord() & 0x3f) != 0;
  store<u32>(STATUS, pending ? statusWord() | ES | BUSY : statusWord() & ~(ES | BUSY));
}

/**
 * Writes the collected flags into the status word. C1 tells whether the result was rounded up; an instruction that has
 * its own C1 sets it afterwards.
 */
export function commitFlags(): void {
  store<u32>(STATUS, statusWord() | ex);
  setC1(up);
  updateSummary();
}

/** Are there unmasked exceptions among `flags` of this instruction? */
export function unmasked(flags: u32): bool {
  return (ex & flags & ~controlWord()) != 0;
}
/** Invalid, denormal and divide-by-zero are found before anything is computed: unmasked they leave the registers alone. */
export const BEFORE: u32 = IE | DE | ZE;

/** Ends an instruction that an unmasked exception stopped before it computed anything: no rounding has happened. */
export function abandon(): void {
  setFlags(ex & (BEFORE | SF));
  setUp(false);
  commitFlags();
}

/** Stack underflow: true when the instruction must stop (unmasked). Masked, the result is the indefinite. */
export function stackFault(overflow: bool): bool {
  flag(IE | SF);
  setUp(overflow);
  result(INDEFINITE_M, INDEFINITE_SE);
  return unmasked(IE);
}

// --- loads --------------------------------------------------------------------------------------------------

/** Pushes `rm`, `rse` unless the load is invalid; an unmasked denormal is pushed. */
function push(): void {
  if (!isEmpty(7)) {
    setFlagsForOverflow();
    if (unmasked(IE)) {
      commitFlags();
      return;
    }
  } else if (unmasked(IE)) {
    commitFlags();
    return;
  }
  const m = rm;
  const se = rse;
  setTop(top() - 1);
  put(0, m, se);
  commitFlags();
}
function setFlagsForOverflow(): void {
  begin();
  stackFault(true);
}

export function loadSingle(bits: u32): void {
  begin();
  fromSingle(bits);
  push();
}
export function loadDouble(lo: u32, hi: u32): void {
  begin();
  fromDouble(u64(lo) | (u64(hi) << 32));
  push();
}
/** FLD m80 takes any bit pattern and raises nothing. */
export function loadExtended(lo: u32, hi: u32, se: u32): void {
  begin();
  result(u64(lo) | (u64(hi) << 32), se & 0xffff);
  push();
}
export function loadInteger(lo: u32, hi: u32): void {
  begin();
  fromInteger(i64(u64(lo) | (u64(hi) << 32)));
  push();
}
export function loadPackedDecimal(lo: u32, hi: u32, last: u32): void {
  begin();
  fromPackedDecimal(u64(lo) | (u64(hi) << 32), last);
  push();
}
export function loadRegister(i: u32): void {
  begin();
  if (isEmpty(i)) {
    if (stackFault(false)) {
      commitFlags();
      return;
    }
    const m = rm;
    const se = rse;
    setTop(top() - 1);
    put(0, m, se);
    commitFlags();
    return;
  }
  result(significand(i), signExponent(i));
  push();
}
/** FLD1 FLDL2T FLDL2E FLDPI FLDLG2 FLDLN2 FLDZ, rounded as the rounding control says. */
export function loadConstant(n: u32): void {
  begin();
  const rc = roundingControl();
  const down = rc == 1 || rc == CHOP;
  switch (n) {
    case 0:
      result(INTEGER_BIT, 0x3fff);
      break;
    case 1:
      result(rc == 2 ? 0xd49a_784b_cd1b_8aff : 0xd49a_784b_cd1b_8afe, 0x4000);
      break;
    case 2:
      result(down ? 0xb8aa_3b29_5c17_f0bb : 0xb8aa_3b29_5c17_f0bc, 0x3fff);
      break;
    case 3:
      result(down ? 0xc90f_daa2_2168_c234 : 0xc90f_daa2_2168_c235, 0x4000);
      break;
    case 4:
      result(down ? 0x9a20_9a84_fbcf_f798 : 0x9a20_9a84_fbcf_f799, 0x3ffd);
      break;
    case 5:
      result(down ? 0xb172_17f7_d1cf_79ab : 0xb172_17f7_d1cf_79ac, 0x3ffe);
      break;
    default:
      result(0, 0);
  }
  push();
}

// --- stores -------------------------------------------------------------------------------------------------
// Each returns 1 when OUTPUT is to be written to memory, 0 when an unmasked exception forbids it. `finishStore` pops and
// sets the flags once memory has been written: a page fault must leave everything as it was.

let pendingPop: bool = false;

function beginStore(pops: bool): bool {
  begin();
  pendingPop = pops;
  return isEmpty(0);
}
/** Commits a store that did not write: unmasked exception. */
function refuse(): u32 {
  commitFlags();
  return 0;
}
export function finishStore(): void {
  commitFlags();
  if (pendingPop) pop();
}

export function storeSingle(pops: bool): u32 {
  if (beginStore(pops)) {
    if (stackFault(false)) return refuse();
    store<u32>(OUTPUT, 0xffc0_0000);
    return 1;
  }
  const image = toSingle(significand(0), signExponent(0), roundingControl(), controlWord());
  if (unmasked(IE | OE | UE)) return refuse();
  store<u32>(OUTPUT, image);
  return 1;
}
export function storeDouble(pops: bool): u32 {
  if (beginStore(pops)) {
    if (stackFault(false)) return refuse();
    store<u64>(OUTPUT, 0xfff8_0000_0000_0000);
    return 1;
  }
  const image = toDouble(significand(0), signExponent(0), roundingControl(), controlWord());
  if (unmasked(IE | OE | UE)) return refuse();
  store<u64>(OUTPUT, image);
  return 1;
}
export function storeExtended(): u32 {
  if (beginStore(true)) {
    if (stackFault(false)) return refuse();
    store<u64>(OUTPUT, INDEFINITE_M);
    store<u16>(OUTPUT + 8, u16(INDEFINITE_SE));
    return 1;
  }
  store<u64>(OUTPUT, significand(0));
  store<u16>(OUTPUT + 8, u16(signExponent(0)));
  return 1;
}
/** FIST, FISTP and FISTTP. `bits` is 16, 32 or 64. */
export function storeInteger(bits: i32, pops: bool, truncate: bool): u32 {
  if (beginStore(pops)) {
    if (stackFault(false)) return refuse();
    store<u64>(OUTPUT, u64(i64.MIN_VALUE >> (64 - bits)));
    return 1;
  }
  const value = toInteger(significand(0), signExponent(0), bits, truncate ? CHOP : roundingControl());
  if (unmasked(IE)) return refuse();
  store<u64>(OUTPUT, u64(value));
  return 1;
}
export function storePackedDecimal(): u32 {
  if (beginStore(true)) {
    if (stackFault(false)) return refuse();
    store<u64>(OUTPUT, 0xc000_0000_0000_0000);
    store<u16>(OUTPUT + 8, 0xffff);
    return 1;
  }
  toPackedDecimal(significand(0), signExponent(0), roundingControl());
  return unmasked(IE) ? refuse() : 1;
}
/** FST ST(i) and FSTP ST(i). */
export function storeRegister(i: u32, pops: bool): void {
  begin();
  if (isEmpty(0)) {
    if (stackFault(false)) {
      commitFlags();
      return;
    }
    put(i, rm, rse);
  } else put(i, significand(0), signExponent(0));
  commitFlags();
  if (pops) pop();
}
export function exchange(i: u32): void {
  begin();
  if (isEmpty(0) || isEmpty(i)) {
    if (stackFault(false)) {
      commitFlags();
      return;
    }
    if (isEmpty(0)) put(0, INDEFINITE_M, INDEFINITE_SE);
    if (isEmpty(i)) put(i, INDEFINITE_M, INDEFINITE_SE);
  }
  const m = significand(0);
  const se = signExponent(0);
  put(0, significand(i), signExponent(i));
  put(i, m, se);
  commitFlags();
}
/** FCMOVcc: the caller knows whether the condition holds. */
export function moveConditional(i: u32, holds: bool): void {
  begin();
  if (isEmpty(0) || isEmpty(i)) {
    if (!stackFault(false)) put(0, INDEFINITE_M, INDEFINITE_SE);
    commitFlags();
    return;
  }
  // C1 stays: no rounding, no stack fault.
  if (holds) put(0, significand(i), signExponent(i));
}

// --- arithmetic ----------------------------------------------------------------------------------------------

/** ST(destination) := ST(destination) op ST(source), then pops if asked. */
export function arithmeticRegisters(operation: i32, destination: u32, source: u32, pops: bool): void {
  begin();
  if (isEmpty(destination) || isEmpty(source)) {
    if (stackFault(false)) {
      commitFlags();
      return;
    }
  } else {
    arithmetic(
      operation,
      significand(destination),
      signExponent(destination),
      significand(source),
      signExponent(source),
    );
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

function readOperand(kind: i32, lo: u32, hi: u32): void {
  if (kind == SINGLE) fromSingle(lo);
  else if (kind == DOUBLE) fromDouble(u64(lo) | (u64(hi) << 32));
  else fromInteger(i64(i32(lo)));
}

/** ST(0) := ST(0) op memory. */
export function arithmeticMemory(operation: i32, kind: i32, lo: u32, hi: u32): void {
  begin();
  if (isEmpty(0)) {
    if (stackFault(false)) {
      commitFlags();
      return;
    }
  } else {
    memoryOperand(kind, lo, hi);
    arithmetic(operation, significand(0), signExponent(0), operandM, operandSe);
    finishOperand();
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
let operandM: u64 = 0;
let operandSe: u32 = 0;
let operandDenormal: bool = false;
function memoryOperand(kind: i32, lo: u32, hi: u32): void {
  readOperand(kind, lo, hi);
  operandM = rm;
  operandSe = rse;
  operandDenormal = (ex & DE) != 0;
  if ((ex & IE) != 0) operandM &= ~QUIET_BIT;
  begin();
}
function finishOperand(): void {
  if (!operandDenormal) return;
  // NaNs and invalid operations come before denormals.
  const st = significand(0);
  const se = signExponent(0);
  if ((ex & (IE | ZE)) == 0 && !isNan(st, se)) flag(DE);
}

// --- comparisons ---------------------------------------------------------------------------------------------

const UNORDERED: u32 = C0 | C2 | C3;

/** Compares and returns C3, C2, C0. `quiet`: QNaNs are not invalid (FUCOM). */
function compare(am: u64, ase: u32, bm: u64, bse: u32, quiet: bool): u32 {
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
    memoryOperand(kind, lo, hi);
    codes = compare(significand(0), signExponent(0), operandM, operandSe, false);
    finishOperand();
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

// --- one operand ---------------------------------------------------------------------------------------------

/** FCHS (`change`) and FABS: no exception but the stack's. */
export function changeSign(change: bool): void {
  begin();
  if (isEmpty(0)) {
    if (!stackFault(false)) put(0, rm, rse);
    commitFlags();
    return;
  }
  const se = signExponent(0);
  put(0, significand(0), change ? se ^ SIGN : se & ~SIGN);
  commitFlags();
}

/** Writes the result of a one-operand instruction to ST(0). Returns false when an unmasked exception forbids it. */
export function putResult(): bool {
  if (unmasked(BEFORE)) {
    abandon();
    return false;
  }
  put(0, rm, rse);
  commitFlags();
  return true;
}

export function squareRootTop(): void {
  begin();
  if (isEmpty(0)) stackFault(false);
  else squareRoot(significand(0), signExponent(0));
  finishUnary();
}
function finishUnary(): void {
  if ((ex & SF) != 0) {
    if (!unmasked(IE)) put(0, rm, rse);
    commitFlags();
    return;
  }
  putResult();
}
export function roundTop(): void {
  begin();
  if (isEmpty(0)) stackFault(false);
  else {
    const m = significand(0);
    const se = signExponent(0);
    if (unsupported(m, se)) {
      flag(IE);
      result(INDEFINITE_M, INDEFINITE_SE);
    } else if (isNan(m, se)) propagate(m, se, m, se);
    else roundToIntegral(m, se, roundingControl());
  }
  finishUnary();
}

/** FXTRACT: exponent in place of ST(0), significand pushed. */
export function extract(): void {
  begin();
  const overflow = !isEmpty(7);
  if (isEmpty(0) || overflow) {
    if (stackFault(overflow && !isEmpty(0))) {
      commitFlags();
      return;
    }
    put(0, INDEFINITE_M, INDEFINITE_SE);
    setTop(top() - 1);
    put(0, INDEFINITE_M, INDEFINITE_SE);
    commitFlags();
    return;
  }
  const m = significand(0);
  const se = signExponent(0);
  let partM = m;
  let partSe = se;
  if (unsupported(m, se)) {
    flag(IE);
    result(INDEFINITE_M, INDEFINITE_SE);
    partM = INDEFINITE_M;
    partSe = INDEFINITE_SE;
  } else if (isNan(m, se)) {
    propagate(m, se, m, se);
    partM = rm;
    partSe = rse;
  } else if (isInfinite(m, se)) {
    result(INTEGER_BIT, EXPONENT);
  } else if (m == 0) {
    flag(ZE);
    result(INTEGER_BIT, SIGN | EXPONENT);
  } else {
    if (isDenormal(m, se)) flag(DE);
    const shift = i32(clz(m));
    const e = i32(se & EXPONENT) + i32((se & EXPONENT) == 0) - shift - BIAS;
    fromInteger(i64(e));
    partM = m << shift;
    partSe = (se & SIGN) | u32(BIAS);
  }
  if (unmasked(BEFORE)) {
    commitFlags();
    return;
  }
  const em = rm;
  const ese = rse;
  put(0, em, ese);
  setTop(top() - 1);
  put(0, partM, partSe);
  commitFlags();
}
