/**
 * Addition, multiplication, division, square root and the treatment of NaNs on extended-precision values
 * (SDM vol. 1, sections 4.8.3, 8.5.1). Operands are (significand, sign-exponent) pairs; results go to `rm` and `rse`.
 */
import { flag, high, low, normalizeRoundPack, result, shiftRightJam } from './round';
import {
  BIAS,
  controlWord,
  DE,
  DOWN,
  EXPONENT,
  IE,
  INTEGER_BIT,
  precisionBits,
  QUIET_BIT,
  roundingControl,
  SIGN,
  ZE,
} from './state';

/** The QNaN that masked invalid operations give. */
export const INDEFINITE_M: u64 = 0xc000_0000_0000_0000;
export const INDEFINITE_SE: u32 = 0xffff;

export const ADD: i32 = 0;
export const MUL: i32 = 1;
export const SUB: i32 = 4;
export const SUBR: i32 = 5;
export const DIV: i32 = 6;
export const DIVR: i32 = 7;

/** Formats that no processor since the 387 accepts: unnormals, pseudo-infinities, pseudo-NaNs. */
export function unsupported(m: u64, se: u32): bool {
  return (se & EXPONENT) != 0 && (m & INTEGER_BIT) == 0;
}
export function isNan(m: u64, se: u32): bool {
  return (se & EXPONENT) == EXPONENT && m << 1 != 0;
}
export function isSignaling(m: u64, se: u32): bool {
  return isNan(m, se) && (m & QUIET_BIT) == 0;
}
export function isInfinite(m: u64, se: u32): bool {
  return (se & EXPONENT) == EXPONENT && m == INTEGER_BIT;
}
export function isNormal(m: u64, se: u32): bool {
  return (se & EXPONENT) - 1 < EXPONENT - 1 && <i64>m < 0;
}
export function isZero(m: u64, se: u32): bool {
  return (se & EXPONENT) == 0 && m == 0;
}
/** Denormals and pseudo-denormals. */
export function isDenormal(m: u64, se: u32): bool {
  return (se & EXPONENT) == 0 && m != 0;
}

export function indefinite(): void {
  flag(IE);
  result(INDEFINITE_M, INDEFINITE_SE);
}

/** The NaN of two operands of which at least one is a NaN (SDM vol. 1, table 4-7). */
export function propagate(am: u64, ase: u32, bm: u64, bse: u32): void {
  const aNan = isNan(am, ase);
  const bNan = isNan(bm, bse);
  const aSignaling = isSignaling(am, ase);
  const bSignaling = isSignaling(bm, bse);
  if (aSignaling || bSignaling) flag(IE);
  const aq = am | QUIET_BIT;
  const bq = bm | QUIET_BIT;
  if (!bNan) result(aq, ase);
  else if (!aNan) result(bq, bse);
  else if (aSignaling && !bSignaling) result(bq, bse);
  else if (bSignaling && !aSignaling) result(aq, ase);
  else if (am != bm) {
    if (am > bm) result(aq, ase);
    else result(bq, bse);
  } else result(aq, ase < bse ? ase : bse);
}

/** Handles operands that are NaNs or unsupported. Returns true when the result is decided. */
export function special(am: u64, ase: u32, bm: u64, bse: u32): bool {
  if (unsupported(am, ase) || unsupported(bm, bse)) {
    indefinite();
    return true;
  }
  if (isNan(am, ase) || isNan(bm, bse)) {
    propagate(am, ase, bm, bse);
    return true;
  }
  return false;
}

function denormals(am: u64, ase: u32, bm: u64, bse: u32): void {
  if (isDenormal(am, ase) || isDenormal(bm, bse)) flag(DE);
}

function exponentOf(se: u32): i32 {
  const e = i32(se & EXPONENT);
  return e == 0 ? 1 : e;
}

function add(am: u64, ase: u32, bm: u64, bse: u32): void {
  if (special(am, ase, bm, bse)) return;
  const rc = roundingControl();
  const aSign = ase & SIGN;
  const bSign = bse & SIGN;
  if (isInfinite(am, ase)) {
    if (isInfinite(bm, bse) && aSign != bSign) {
      indefinite();
      return;
    }
    denormals(am, ase, bm, bse);
    result(am, ase);
    return;
  }
  denormals(am, ase, bm, bse);
  if (isInfinite(bm, bse)) {
    result(bm, bse);
    return;
  }
  if ((am | bm) == 0) {
    result(0, aSign == bSign ? aSign : rc == DOWN ? SIGN : 0);
    return;
  }
  sum(aSign, exponentOf(ase), am, bSign, exponentOf(bse), bm);
  if ((exactHigh | exactLow) == 0) result(0, rc == DOWN ? SIGN : 0);
  else normalizeRoundPack(exactSign, exactExponent, exactHigh, exactLow, precisionBits(), rc, controlWord());
}

/** An exact (jammed) result before rounding: sign, exponent, 128-bit significand that need not be normalised. */
export let exactSign: u32 = 0;
export let exactExponent: i32 = 0;
export let exactHigh: u64 = 0;
export let exactLow: u64 = 0;
function setExact(sign: u32, exponent: i32, h: u64, l: u64): void {
  exactSign = sign;
  exactExponent = exponent;
  exactHigh = h;
  exactLow = l;
}

/** The exact sum of two finite values, not both zero; zero when they cancel. */
export function sum(aSign: u32, aExponent: i32, am: u64, bSign: u32, bExponent: i32, bm: u64): void {
  let exponent = aExponent;
  let ah = am;
  let al: u64 = 0;
  let bh = bm;
  let bl: u64 = 0;
  if (aExponent > bExponent) {
    shiftRightJam(bh, 0, aExponent - bExponent);
    bh = high;
    bl = low;
  } else if (bExponent > aExponent) {
    shiftRightJam(ah, 0, bExponent - aExponent);
    ah = high;
    al = low;
    exponent = bExponent;
  }
  if (aSign == bSign) {
    const sl = al + bl;
    const carryLow = u64(sl < al);
    const sh = ah + bh;
    const total = sh + carryLow;
    if (sh < ah || total < sh)
      setExact(aSign, exponent + 1, (total >> 1) | INTEGER_BIT, (total << 63) | (sl >> 1) | (sl & 1));
    else setExact(aSign, exponent, total, sl);
    return;
  }
  const aLess = ah < bh || (ah == bh && al < bl);
  const xh = aLess ? bh : ah;
  const xl = aLess ? bl : al;
  const yh = aLess ? ah : bh;
  const yl = aLess ? al : bl;
  setExact(aLess ? bSign : aSign, exponent, xh - yh - u64(xl < yl), xl - yl);
}

/** The exact product of two normalised significands. */
export function product(sign: u32, aExponent: i32, am: u64, bExponent: i32, bm: u64): void {
  multiply64(am, bm);
  setExact(sign, aExponent + bExponent - BIAS + 1, productHigh, productLow);
}

/** The quotient of two normalised significands, with the remainder jammed into the last bit. */
export function quotient(sign: u32, aExponent: i32, am: u64, bExponent: i32, bm: u64): void {
  let e = aExponent - bExponent + BIAS - 1;
  let h = am;
  let l: u64 = 0;
  if (am >= bm) {
    h = am >> 1;
    l = am << 63;
    e++;
  }
  const q1 = divide128(h, l, bm);
  const q0 = divide128(divisionRemainder, 0, bm);
  setExact(sign, e, q1, q0 | u64(divisionRemainder != 0));
}

/** 64 x 64 bit product in `productHigh` and `productLow`. */
export let productHigh: u64 = 0;
export let productLow: u64 = 0;
export function multiply64(a: u64, b: u64): void {
  const al = a & 0xffff_ffff;
  const ah = a >> 32;
  const bl = b & 0xffff_ffff;
  const bh = b >> 32;
  const ll = al * bl;
  const lh = al * bh;
  const hl = ah * bl;
  const middle = (ll >> 32) + (lh & 0xffff_ffff) + (hl & 0xffff_ffff);
  productLow = (ll & 0xffff_ffff) | (middle << 32);
  productHigh = ah * bh + (lh >> 32) + (hl >> 32) + (middle >> 32);
}

function mul(am: u64, ase: u32, bm: u64, bse: u32): void {
  if (special(am, ase, bm, bse)) return;
  const sign = (ase ^ bse) & SIGN;
  const infinite = isInfinite(am, ase) || isInfinite(bm, bse);
  const zero = isZero(am, ase) || isZero(bm, bse);
  if (infinite && zero) {
    indefinite();
    return;
  }
  denormals(am, ase, bm, bse);
  if (infinite) {
    result(INTEGER_BIT, sign | EXPONENT);
    return;
  }
  if (zero) {
    result(0, sign);
    return;
  }
  const aShift = i32(clz(am));
  const bShift = i32(clz(bm));
  product(sign, exponentOf(ase) - aShift, am << aShift, exponentOf(bse) - bShift, bm << bShift);
  packExact();
}

/** Divides h:l by d (top bit set, h < d); quotient returned, remainder in `divisionRemainder`. */
export let divisionRemainder: u64 = 0;
export function divide128(h: u64, l: u64, d: u64): u64 {
  const dh = d >> 32;
  const dl = d & 0xffff_ffff;
  // First digit of 32 bits.
  let q1 = h / dh;
  let r = h - q1 * dh;
  while (q1 >> 32 != 0 || q1 * dl > ((r << 32) | (l >> 32))) {
    q1--;
    r += dh;
    if (r >> 32 != 0) break;
  }
  const middle = ((h << 32) | (l >> 32)) - q1 * d;
  let q0 = middle / dh;
  r = middle - q0 * dh;
  while (q0 >> 32 != 0 || q0 * dl > ((r << 32) | (l & 0xffff_ffff))) {
    q0--;
    r += dh;
    if (r >> 32 != 0) break;
  }
  divisionRemainder = ((middle << 32) | (l & 0xffff_ffff)) - q0 * d;
  return (q1 << 32) | q0;
}

function div(am: u64, ase: u32, bm: u64, bse: u32): void {
  if (special(am, ase, bm, bse)) return;
  const sign = (ase ^ bse) & SIGN;
  const aInfinite = isInfinite(am, ase);
  const bInfinite = isInfinite(bm, bse);
  const aZero = isZero(am, ase);
  const bZero = isZero(bm, bse);
  if ((aInfinite && bInfinite) || (aZero && bZero)) {
    indefinite();
    return;
  }
  if (bZero && !aInfinite) {
    flag(ZE);
    result(INTEGER_BIT, sign | EXPONENT);
    return;
  }
  denormals(am, ase, bm, bse);
  if (aInfinite) {
    result(INTEGER_BIT, sign | EXPONENT);
    return;
  }
  if (bInfinite || aZero) {
    result(0, sign);
    return;
  }
  const aShift = i32(clz(am));
  const bShift = i32(clz(bm));
  quotient(sign, exponentOf(ase) - aShift, am << aShift, exponentOf(bse) - bShift, bm << bShift);
  packExact();
}

function packExact(): void {
  normalizeRoundPack(
    exactSign,
    exactExponent,
    exactHigh,
    exactLow,
    precisionBits(),
    roundingControl(),
    controlWord(),
  );
}

/** One of the eight arithmetic instructions' operations on two values. */
export function arithmetic(operation: i32, am: u64, ase: u32, bm: u64, bse: u32): void {
  switch (operation) {
    case ADD:
      add(am, ase, bm, bse);
      return;
    case MUL:
      mul(am, ase, bm, bse);
      return;
    case SUB:
      // A NaN keeps its sign.
      add(am, ase, bm, isNan(bm, bse) ? bse : bse ^ SIGN);
      return;
    case SUBR:
      add(bm, bse, am, isNan(am, ase) ? ase : ase ^ SIGN);
      return;
    case DIV:
      div(am, ase, bm, bse);
      return;
    default:
      div(bm, bse, am, ase);
  }
}

/** Square root. */
export function squareRoot(am: u64, ase: u32): void {
  if (unsupported(am, ase)) {
    indefinite();
    return;
  }
  if (isNan(am, ase)) {
    propagate(am, ase, am, ase);
    return;
  }
  if (isZero(am, ase)) {
    result(am, ase);
    return;
  }
  if ((ase & SIGN) != 0) {
    indefinite();
    return;
  }
  if (isInfinite(am, ase)) {
    result(am, ase);
    return;
  }
  if (isDenormal(am, ase)) flag(DE);
  const shift = i32(clz(am));
  root(exponentOf(ase) - shift, am << shift);
  packExact();
}

/** N - r * r for the 128-bit N = h:l, in two words: `rootHigh` is signed. */
let rootHigh: i64 = 0;
let rootLow: u64 = 0;
function rootRemainder(h: u64, l: u64, r: u64): void {
  multiply64(r, r);
  rootLow = l - productLow;
  rootHigh = i64(h - productHigh - u64(l < productLow));
}

/** Two powers of two, and the largest double below 2^64. */
const TWO_32: f64 = 4294967296.0;
const TWO_64: f64 = TWO_32 * TWO_32;
const BELOW_TWO_64: f64 = 18446744073709549568.0;

/** The square root of a normalised positive value, with the remainder jammed into the last bits. */
export function root(biased: i32, m: u64): void {
  const unbiased = biased - BIAS;
  // The significand as a 128-bit number of at least 2^126, so that the root has 64 bits.
  const odd = (unbiased & 1) != 0;
  const h = odd ? m : m >> 1;
  const l = odd ? <u64>0 : m << 63;
  // From a double's root, which is 2^11 off at most, one step of Newton's to the next integer or the one beside it.
  let r = u64(min<f64>(sqrt<f64>(f64(h)) * TWO_32, BELOW_TWO_64));
  rootRemainder(h, l, r);
  r += u64(i64((f64(rootHigh) * TWO_64 + f64(rootLow)) / (2 * f64(r))));
  rootRemainder(h, l, r);
  while (rootHigh < 0) {
    r--;
    const sum = rootLow + ((r << 1) | 1);
    rootHigh += i64(r >> 63) + i64(sum < rootLow);
    rootLow = sum;
  }
  // Less than (r + 1)^2 - r^2 must be left.
  while (rootHigh > i64(r >> 63) || (rootHigh == i64(r >> 63) && rootLow > r << 1)) {
    const less = (r << 1) | 1;
    rootHigh -= i64(r >> 63) + i64(rootLow < less);
    rootLow -= less;
    r++;
  }
  // More than r is left: the root is above r + 1/2. It never is that, for its square is no integer.
  const above = rootHigh != 0 || rootLow > r;
  const inexact = (u64(rootHigh) | rootLow) != 0;
  setExact(0, (unbiased >> 1) + BIAS, r, (above ? INTEGER_BIT : 0) | u64(inexact));
}
