/**
 * The usual case of x87 arithmetic and stores: normal numbers and zeros, all exceptions masked, rounding to nearest with 64
 * significand bits, and a result that is a normal number or an exact zero. Such an operation can raise nothing but PE. All
 * other cases return false, having changed nothing: `arith.ts` and `convert.ts` treat them.
 */
import {
  ADD,
  DIV,
  MUL,
  SUB,
  SUBR,
  divide128,
  divisionRemainder,
  isNormal,
  isZero,
  multiply64,
  productHigh,
  productLow,
} from './arith';
import { flag, result, rm, rse, setUp } from './round';
import {
  BIAS,
  BUSY,
  C1,
  CONTROL,
  EMPTY,
  ES,
  EXPONENT,
  INTEGER_BIT,
  OUTPUT,
  PE,
  REGISTERS,
  SIGN,
  STATUS,
} from './state';

/** Precision and rounding control, and the masks; their usual values. */
const USUAL_BITS: u32 = 0x0f3f;
const USUAL: u32 = 0x033f;

function isUsual(): bool {
  return (load<u32>(CONTROL) & USUAL_BITS) == USUAL;
}
/** PE stays once set; C1 tells whether the last rounding went up. All exceptions are masked: ES and B are clear. */
function note(inexact: bool, up: bool): void {
  const status = load<u32>(STATUS);
  store<u32>(STATUS, (status & ~(C1 | ES | BUSY)) | (inexact ? PE : 0) | (up ? C1 : 0));
}
/** Rounds h:l, whose top bit is set, and leaves the result in `rm` and `rse`. */
function finish(sign: u32, exponent: i32, h: u64, l: u64): bool {
  const up = l > INTEGER_BIT || (l == INTEGER_BIT && (h & 1) != 0);
  let m = h + u64(up);
  let e = exponent;
  if (m == 0) {
    m = INTEGER_BIT;
    e++;
  }
  // Before the rounding it must not have been tiny either.
  if (exponent <= 0 || e >= <i32>EXPONENT) return false;
  result(m, sign | u32(e));
  note(l != 0, up);
  return true;
}
function exact(m: u64, se: u32): bool {
  result(m, se);
  note(false, false);
  return true;
}

function add(am: u64, ase: u32, bm: u64, bse: u32): bool {
  if (!isNormal(am, ase) || !isNormal(bm, bse)) {
    if (isZero(am, ase) && isNormal(bm, bse)) return exact(bm, bse);
    if (isZero(bm, bse) && isNormal(am, ase)) return exact(am, ase);
    return false;
  }
  let xm = am;
  let ym = bm;
  let sign = ase & SIGN;
  let e = i32(ase & EXPONENT);
  let distance = e - i32(bse & EXPONENT);
  if (distance < 0 || (distance == 0 && am < bm)) {
    xm = bm;
    ym = am;
    sign = bse & SIGN;
    e = i32(bse & EXPONENT);
    distance = -distance;
  }
  if (distance > 63) return false;
  const n = u64(distance);
  const yh = ym >> n;
  // In two steps: a shift by 64 would be one by 0.
  const yl = (ym << 1) << (63 - n);
  if (((ase ^ bse) & SIGN) == 0) {
    const h = xm + yh;
    if (h >= xm) return finish(sign, e, h, yl);
    return finish(sign, e + 1, (h >> 1) | INTEGER_BIT, (h << 63) | (yl >> 1) | (yl & 1));
  }
  let h = xm - yh - u64(yl != 0);
  let l = 0 - yl;
  if (h == 0) return l == 0 ? exact(0, 0) : false;
  const shift = clz(h);
  // Again in two steps.
  h = (h << shift) | ((l >> 1) >> (63 - shift));
  l <<= shift;
  return finish(sign, e - i32(shift), h, l);
}

function multiply(am: u64, ase: u32, bm: u64, bse: u32): bool {
  const sign = (ase ^ bse) & SIGN;
  if (!isNormal(am, ase) || !isNormal(bm, bse)) {
    const zero =
      (isZero(am, ase) && (isNormal(bm, bse) || isZero(bm, bse))) || (isZero(bm, bse) && isNormal(am, ase));
    return zero ? exact(0, sign) : false;
  }
  multiply64(am, bm);
  let h = productHigh;
  let l = productLow;
  let e = i32(ase & EXPONENT) + i32(bse & EXPONENT) - BIAS + 1;
  if (<i64>h >= 0) {
    h = (h << 1) | (l >> 63);
    l <<= 1;
    e--;
  }
  return finish(sign, e, h, l);
}

function divide(am: u64, ase: u32, bm: u64, bse: u32): bool {
  if (!isNormal(am, ase) || !isNormal(bm, bse)) return false;
  const less = am < bm;
  const q = less ? divide128(am, 0, bm) : divide128(am >> 1, am << 63, bm);
  // What is left, beside half of the divisor, in the place of the bits below.
  const rest = divisionRemainder;
  const other = bm - rest;
  const l = rest == 0 ? 0 : rest > other ? INTEGER_BIT | 1 : rest == other ? INTEGER_BIT : 1;
  const e = i32(ase & EXPONENT) - i32(bse & EXPONENT) + BIAS - i32(less);
  return finish((ase ^ bse) & SIGN, e, q, l);
}

/** The arithmetic of `arith.ts` if control is usual; the result is in `rm` and `rse`, the status word is written. */
function operate(operation: i32, am: u64, ase: u32, bm: u64, bse: u32): bool {
  switch (operation) {
    case ADD:
      return add(am, ase, bm, bse);
    case MUL:
      return multiply(am, ase, bm, bse);
    case SUB:
      return add(am, ase, bm, bse ^ SIGN);
    case SUBR:
      return add(bm, bse, am, ase ^ SIGN);
    case DIV:
      return divide(am, ase, bm, bse);
    default:
      return divide(bm, bse, am, ase);
  }
}

export function fastArithmetic(operation: i32, am: u64, ase: u32, bm: u64, bse: u32): bool {
  return isUsual() && operate(operation, am, ase, bm, bse);
}

const TOP: u32 = 0x3800;
function topOf(status: u32): u32 {
  return (status >> 11) & 7;
}

/** A double in the format of a register. */
let wideM: u64 = 0;
let wideSe: u32 = 0;
/** @returns false for a number that is neither normal nor zero */
function widen(bits: u64): bool {
  const exponent = u32(bits >> 52) & 0x7ff;
  wideSe = u32(bits >> 48) & SIGN;
  if (exponent - 1 < 0x7fe) {
    wideM = INTEGER_BIT | (bits << 11);
    wideSe |= exponent + u32(BIAS - 1023);
    return true;
  }
  wideM = 0;
  return bits << 1 == 0;
}

/** FLD m64, if there is a free register. */
export function fastLoadDouble(bits: u64): bool {
  if (!isUsual() || !widen(bits)) return false;
  const status = load<u32>(STATUS);
  const empty = load<u32>(EMPTY);
  const top = (topOf(status) - 1) & 7;
  if (((empty >> top) & 1) == 0) return false;
  const at = REGISTERS + (top << 4);
  store<u64>(at, wideM);
  store<u32>(at, wideSe, 8);
  store<u32>(EMPTY, empty & ~((<u32>1) << top));
  store<u32>(STATUS, (status & ~(TOP | C1 | ES | BUSY)) | (top << 11));
  return true;
}

/** ST(0) := ST(0) op m64. */
export function fastMemory(operation: i32, bits: u64): bool {
  const top = topOf(load<u32>(STATUS));
  if (!isUsual() || ((load<u32>(EMPTY) >> top) & 1) != 0 || !widen(bits)) return false;
  const at = REGISTERS + (top << 4);
  if (!operate(operation, load<u64>(at), load<u32>(at, 8), wideM, wideSe)) return false;
  store<u64>(at, rm);
  store<u32>(at, rse, 8);
  return true;
}

/** ST(destination) := ST(destination) op ST(source), then pops if asked. */
export function fastRegisters(operation: i32, destination: u32, source: u32, pops: bool): bool {
  const empty = load<u32>(EMPTY);
  const top = topOf(load<u32>(STATUS));
  const to = (top + destination) & 7;
  const from = (top + source) & 7;
  if (!isUsual() || (((empty >> to) | (empty >> from)) & 1) != 0) return false;
  const at = REGISTERS + (to << 4);
  const other = REGISTERS + (from << 4);
  if (!operate(operation, load<u64>(at), load<u32>(at, 8), load<u64>(other), load<u32>(other, 8)))
    return false;
  store<u64>(at, rm);
  store<u32>(at, rse, 8);
  if (!pops) return true;
  store<u32>(EMPTY, empty | ((<u32>1) << top));
  store<u32>(STATUS, (load<u32>(STATUS) & ~TOP) | (((top + 1) & 7) << 11));
  return true;
}

/** Rounds a value to a double at OUTPUT; the flags are those of `round.ts`, for the store is not done yet. */
export function fastDouble(m: u64, se: u32): bool {
  if (!isUsual()) return false;
  const signImage = u64(se & SIGN) << 48;
  if (isZero(m, se)) {
    store<u64>(OUTPUT, signImage);
    return true;
  }
  const e = i32(se & EXPONENT) - (BIAS - 1023);
  if (<i64>m >= 0 || e < 1 || e > 0x7fd) return false;
  const rest = m & 0x7ff;
  let fraction = (m >> 11) & 0xf_ffff_ffff_ffff;
  const up = rest > 0x400 || (rest == 0x400 && (fraction & 1) != 0);
  // A carry goes into the exponent.
  fraction += u64(up);
  store<u64>(OUTPUT, signImage | ((u64(e) << 52) + fraction));
  if (rest != 0) flag(PE);
  setUp(up);
  return true;
}
