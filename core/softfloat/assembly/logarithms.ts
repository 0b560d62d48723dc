/** F2XM1, FYL2X and FYL2XP1 (SDM vol. 1, section 8.3.9; vol. 2A). */
import { indefinite, isDenormal, isInfinite, isNan, isZero, propagate, special, unsupported } from './arith';
import { begin, flag, result, rm, rse } from './round';
import { exponentOf, finishFaultPop, finishPop, finishTop, ONE, packWide, toFraction } from './series';
import { BIAS, DE, EXPONENT, INTEGER_BIT, PE, SIGN, ZE } from './state';
import {
  divideSmall,
  divideWide,
  multiplyHigh,
  multiplyWide,
  normalizeWide,
  setWide,
  shiftRightWide,
  we,
  wh,
  wl,
} from './wide';
import { commitFlags, isEmpty, put, signExponent, significand, stackFault } from './x87-stack';

const LN2_H: u64 = 0xb172_17f7_d1cf_79ab;
const LN2_L: u64 = 0xc9e3_b398_03f2_f6af;
/** log2(e) = 1.44...: significand with exponent 0. */
const LOG2E_H: u64 = 0xb8aa_3b29_5c17_f0bb;
const LOG2E_L: u64 = 0xbe87_fed0_691d_3e89;
const SQRT2: u64 = 0xb504_f333_f9de_6484;

/** wide := (e^y - 1) / y for |y| < 0.7, y = fh:fl / 2^128, as Q1.127. */
function exponentialFactor(fh: u64, fl: u64, negative: bool): void {
  let sh: u64 = ONE;
  let sl: u64 = 0;
  for (let n: u32 = 26; n >= 2; n--) {
    multiplyHigh(fh, fl, sh, sl);
    divideSmall(wh, wl, n);
    if (negative) {
      sl = 0 - wl;
      sh = ONE - wh - u64(wl != 0);
    } else {
      sl = wl;
      sh = ONE + wh;
    }
  }
  setWide(sh, sl, 0);
}

/** ST(0) := 2^ST(0) - 1 for -1 <= ST(0) <= 1. */
export function f2xm1(): void {
  begin();
  if (isEmpty(0)) {
    if (!stackFault(false)) put(0, rm, rse);
    commitFlags();
    return;
  }
  const m = significand(0);
  const se = signExponent(0);
  const sign = se & SIGN;
  if (unsupported(m, se)) indefinite();
  else if (isNan(m, se)) propagate(m, se, m, se);
  else if (isInfinite(m, se)) {
    if (sign != 0) result(INTEGER_BIT, SIGN | u32(BIAS));
    else result(m, se);
  } else if (m == 0) result(m, se);
  else {
    if (isDenormal(m, se)) flag(DE);
    const e = exponentOf(m, se);
    const n = m << clz(m);
    if (e >= 0) {
      // 1 gives 1 and -1 gives -1/2; beyond, the result is undefined: processors leave the operand as "inexact".
      if (e == 0 && n == INTEGER_BIT) result(INTEGER_BIT, sign != 0 ? SIGN | u32(BIAS - 1) : u32(BIAS));
      else {
        flag(PE);
        result(m, se);
      }
    } else {
      multiplyWide(n, 0, e, LN2_H, LN2_L, -1);
      const yh = wh;
      const yl = wl;
      const ye = we;
      toFraction(yh, yl, ye);
      exponentialFactor(wh, wl, sign != 0);
      normalizeWide();
      multiplyWide(yh, yl, ye, wh, wl, we);
      packWide(sign);
    }
  }
  finishTop();
}

/** wide := 2 atanh(z) log2(e) for a normalised z up to 1/3. */
function logarithmOfRatio(zh: u64, zl: u64, ze: i32): void {
  toFraction(zh, zl, ze);
  multiplyHigh(wh, wl, wh, wl);
  const qh = wh;
  const ql = wl;
  const terms: u32 = 27;
  divideSmall(ONE, 0, 2 * terms + 1);
  let sh = wh;
  let sl = wl;
  for (let k: i32 = i32(terms) - 1; k >= 0; k--) {
    multiplyHigh(qh, ql, sh, sl);
    const ph = wh;
    const pl = wl;
    divideSmall(ONE, 0, u32(2 * k + 1));
    sl = wl + pl;
    sh = wh + ph + u64(sl < pl);
  }
  setWide(sh, sl, 0);
  normalizeWide();
  multiplyWide(wh, wl, we, zh, zl, ze);
  multiplyWide(wh, wl, we, LOG2E_H, LOG2E_L, 0);
  we += 1;
}

/** wide := |log2(x)| for x = m / 2^63 * 2^e, m normalised, x not 1. Returns its sign. */
function log2(m: u64, e: i32): u32 {
  let scale = e;
  let below = false;
  let numerator: u64;
  let denominatorHigh: u64;
  let denominatorLow: u64;
  if (m > SQRT2) {
    // Halve: v = m / 2^64 lies in [0.707, 1).
    scale++;
    below = true;
    numerator = 0 - m;
    denominatorHigh = (m >> 1) | INTEGER_BIT;
    denominatorLow = m << 63;
  } else {
    numerator = m - INTEGER_BIT;
    // 1 + v in units of 2^-64: 65 bits, shifted down by one.
    denominatorHigh = (m >> 1) + (INTEGER_BIT >> 1);
    denominatorLow = m << 63;
  }
  if (numerator == 0) {
    setWide(0, 0, 0);
  } else {
    // v - 1 = numerator / 2^63 or 2^64; v + 1 = denominator / 2^62 or 2^63 (of the upper word).
    setWide(numerator, 0, below ? -1 : 0);
    normalizeWide();
    const nh = wh;
    const ne = we;
    setWide(denominatorHigh, denominatorLow, 1 - i32(below));
    normalizeWide();
    divideWide(nh, 0, ne, wh, wl, we);
    logarithmOfRatio(wh, wl, we);
  }
  if (scale == 0) return below ? SIGN : 0;
  // scale + fraction in Q16.112.
  const negativeScale = scale < 0;
  const magnitude = u64(negativeScale ? -scale : scale);
  shiftRightWide(wh, wl, 15 - we);
  if ((wh | wl) == 0) shiftRightWide(0, 0, 0);
  let fh = wh;
  let fl = wl;
  const integer = magnitude << 48;
  if (negativeScale == below) {
    fh += integer;
    setWide(fh, fl, 15);
    normalizeWide();
    return negativeScale ? SIGN : 0;
  }
  fl = 0 - wl;
  fh = integer - wh - u64(wl != 0);
  setWide(fh, fl, 15);
  normalizeWide();
  return negativeScale ? SIGN : 0;
}

/** wide times ST(1), rounded. `sign` is that of the logarithm. */
function timesSt1(sign: u32): void {
  const m = significand(1);
  const se = signExponent(1);
  multiplyWide(wh, wl, we, m << clz(m), 0, exponentOf(m, se));
  packWide(sign ^ (se & SIGN));
}

/** ST(1) := ST(1) * log2(ST(0)), then pops. */
export function fyl2x(): void {
  begin();
  if (isEmpty(0) || isEmpty(1)) {
    finishFaultPop();
    return;
  }
  const xm = significand(0);
  const xse = signExponent(0);
  const ym = significand(1);
  const yse = signExponent(1);
  const ySign = yse & SIGN;
  if (special(ym, yse, xm, xse)) {
    // decided
  } else if (isZero(xm, xse)) {
    if (isZero(ym, yse)) indefinite();
    else if (isInfinite(ym, yse)) result(INTEGER_BIT, (ySign ^ SIGN) | EXPONENT);
    else {
      flag(ZE);
      if (isDenormal(ym, yse)) flag(DE);
      result(INTEGER_BIT, (ySign ^ SIGN) | EXPONENT);
    }
  } else if ((xse & SIGN) != 0) indefinite();
  else if (isInfinite(xm, xse)) {
    if (isZero(ym, yse)) indefinite();
    else {
      if (isDenormal(ym, yse)) flag(DE);
      result(INTEGER_BIT, ySign | EXPONENT);
    }
  } else {
    const e = exponentOf(xm, xse);
    const n = xm << clz(xm);
    const isOne = e == 0 && n == INTEGER_BIT;
    const belowOne = e < 0;
    if (isInfinite(ym, yse)) {
      if (isOne) indefinite();
      else {
        if (isDenormal(xm, xse)) flag(DE);
        result(INTEGER_BIT, (belowOne ? ySign ^ SIGN : ySign) | EXPONENT);
      }
    } else {
      if (isDenormal(xm, xse) || isDenormal(ym, yse)) flag(DE);
      if (isOne || isZero(ym, yse)) result(0, belowOne ? ySign ^ SIGN : ySign);
      else timesSt1(log2(n, e));
    }
  }
  finishPop();
}

/** ST(1) := ST(1) * log2(ST(0) + 1) for small ST(0), then pops. */
export function fyl2xp1(): void {
  begin();
  if (isEmpty(0) || isEmpty(1)) {
    finishFaultPop();
    return;
  }
  const xm = significand(0);
  const xse = signExponent(0);
  const ym = significand(1);
  const yse = signExponent(1);
  const sign = xse & SIGN;
  if (special(ym, yse, xm, xse)) {
    // decided
  } else if (isInfinite(xm, xse)) {
    if (sign != 0 || isZero(ym, yse)) indefinite();
    else {
      if (isDenormal(ym, yse)) flag(DE);
      result(INTEGER_BIT, (yse & SIGN) | EXPONENT);
    }
  } else if (isInfinite(ym, yse)) {
    if (isZero(xm, xse)) indefinite();
    else {
      if (isDenormal(xm, xse)) flag(DE);
      result(INTEGER_BIT, (sign ^ (yse & SIGN)) | EXPONENT);
    }
  } else {
    if (isDenormal(xm, xse) || isDenormal(ym, yse)) flag(DE);
    const e = xm == 0 ? 0 : exponentOf(xm, xse);
    if (xm == 0 || ym == 0) result(0, sign ^ (yse & SIGN));
    else if (sign != 0 && e >= 0) {
      // Nothing to take the logarithm of: processors leave the operand as "inexact".
      flag(PE);
      result(xm, xse);
    } else if (sign != 0 && e == -1) {
      // 1 + x = 1 - n / 2^64 is exact, though outside of the defined range.
      const sum = 0 - (xm << clz(xm));
      timesSt1(log2(sum << clz(sum), -1 - i32(clz(sum))));
    } else if (e >= 0) {
      // As is this; it is still what a program hopes for.
      addOne(xm << clz(xm), e);
      timesSt1(log2(wh, we));
    } else {
      // z = x / (2 + x), with 2 + x in Q2.126.
      const n = xm << clz(xm);
      shiftRightWide(n, 0, 1 - e);
      let dl: u64;
      let dh: u64;
      if (sign != 0) {
        dl = 0 - wl;
        dh = ONE - wh - u64(wl != 0);
      } else {
        dl = wl;
        dh = ONE + wh;
      }
      setWide(dh, dl, 1);
      normalizeWide();
      divideWide(n, 0, e, wh, wl, we);
      logarithmOfRatio(wh, wl, we);
      timesSt1(sign);
    }
  }
  finishPop();
}
/** wide := 1 + n / 2^63 * 2^e with 64 significant bits, for e of at least 0. */
function addOne(n: u64, e: i32): void {
  const one: u64 = e < 64 ? INTEGER_BIT >> e : 0;
  const sum = n + one;
  if (sum < n) setWide((sum >> 1) | INTEGER_BIT, 0, e + 1);
  else setWide(sum, 0, e);
}
