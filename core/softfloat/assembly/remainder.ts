/** FPREM, FPREM1 and FSCALE (SDM vol. 2A): exact operations on exponents and significands. */
import { isDenormal, isInfinite, isZero, special, indefinite } from './arith';
import { begin, BIAS_ADJUST, ex, flag, normalizeRoundPack, result, rm, rse, roundPack, setUp } from './round';
import {
  BIAS,
  C0,
  C1,
  C2,
  C3,
  controlWord,
  DE,
  EXPONENT,
  INTEGER_BIT,
  OE,
  PE,
  roundingControl,
  SIGN,
  STATUS,
  statusWord,
  UE,
} from './state';
import {
  abandon,
  BEFORE,
  commitFlags,
  isEmpty,
  put,
  significand,
  signExponent,
  stackFault,
  unmasked,
} from './x87-stack';
import { putResult } from './x87-unary';

/** Clears or sets C0 to C3 for a partial remainder with quotient `q`. */
function setQuotient(q: u32, incomplete: bool): void {
  const codes: u32 = (q & 4 ? C0 : 0) | (q & 2 ? C3 : 0) | (q & 1 ? C1 : 0) | (incomplete ? C2 : 0);
  store<u32>(STATUS, (statusWord() & ~(C0 | C1 | C2 | C3)) | codes);
}

function exponentOf(se: u32): i32 {
  const e = i32(se & EXPONENT);
  return e == 0 ? 1 : e;
}

/** ST(0) := remainder of ST(0) / ST(1); `nearest`: the IEEE one, with the quotient rounded to nearest (FPREM1). */
export function partialRemainder(nearest: bool): void {
  begin();
  if (isEmpty(0) || isEmpty(1)) {
    if (!stackFault(false)) put(0, rm, rse);
    commitFlags();
    store<u32>(STATUS, statusWord() & ~C2);
    return;
  }
  const am = significand(0);
  const ase = signExponent(0);
  const bm = significand(1);
  const bse = signExponent(1);
  let q: u64 = 0;
  let incomplete = false;
  // Without a quotient C0 and C3 stay as they are.
  let noQuotient = special(am, ase, bm, bse);
  if (noQuotient) {
    // decided
  } else if (isInfinite(am, ase) || isZero(bm, bse)) {
    noQuotient = true;
    indefinite();
  } else {
    if (isDenormal(am, ase) || isDenormal(bm, bse)) flag(DE);
    if (isZero(am, ase) || isInfinite(bm, bse)) {
      result(am, ase);
      // A denormal dividend is normalised and rounded like any result.
      if (!isZero(am, ase)) {
        normalizeRoundPack(ase & SIGN, exponentOf(ase), am, 0, 64, roundingControl(), controlWord());
      }
    } else {
      const aShift = i32(clz(am));
      const bShift = i32(clz(bm));
      const ae = exponentOf(ase) - aShift;
      const be = exponentOf(bse) - bShift;
      const a = am << aShift;
      const b = bm << bShift;
      const distance = ae - be;
      let sign = ase & SIGN;
      let remHigh: u64 = 0;
      let rem = a;
      let exponent = ae;
      if (distance >= 0) {
        let steps = distance;
        if (distance >= 64) {
          // Reduce by 32 to 63 bits and let the program ask again.
          steps = (distance & 31) | 32;
          incomplete = true;
          // Only `steps` quotient bits: the divisor counts 2^(distance - steps) times.
        }
        exponent = ae - steps;
        let carry = false;
        for (let k = steps; k >= 0; k--) {
          q <<= 1;
          if (carry || rem >= b) {
            rem -= b;
            q |= 1;
          }
          if (k > 0) {
            carry = rem >> 63 != 0;
            rem <<= 1;
          }
        }
        if (nearest && !incomplete) {
          const twice = rem << 1;
          const above = rem >> 63 != 0 || twice > b;
          if (above || (twice == b && (q & 1) != 0)) {
            rem = b - rem;
            sign ^= SIGN;
            q++;
          }
        }
      } else if (nearest && distance == -1 && a > b) {
        // More than half of the divisor: quotient 1. In units of the dividend the divisor is 2b.
        remHigh = (b >> 63) - u64(b << 1 < a);
        rem = (b << 1) - a;
        sign ^= SIGN;
        q = 1;
      }
      if ((rem | remHigh) == 0) result(0, ase & SIGN);
      else if (remHigh != 0)
        normalizeRoundPack(sign, exponent + 64, remHigh, rem, 64, roundingControl(), controlWord());
      else normalizeRoundPack(sign, exponent, rem, 0, 64, roundingControl(), controlWord());
    }
  }
  setUp(false);
  if (unmasked(BEFORE)) {
    abandon();
    store<u32>(STATUS, statusWord() & ~C2);
    return;
  }
  put(0, rm, rse);
  commitFlags();
  if (noQuotient) store<u32>(STATUS, statusWord() & ~C2);
  else setQuotient(incomplete ? 0 : u32(q & 7), incomplete);
}

/** FSCALE: ST(0) * 2^trunc(ST(1)). */
export function scale(): void {
  begin();
  if (isEmpty(0) || isEmpty(1)) {
    if (!stackFault(false)) put(0, rm, rse);
    commitFlags();
    return;
  }
  const am = significand(0);
  const ase = signExponent(0);
  const bm = significand(1);
  const bse = signExponent(1);
  const sign = ase & SIGN;
  if (special(am, ase, bm, bse)) {
    // decided
  } else if (isInfinite(bm, bse)) {
    const shrink = (bse & SIGN) != 0;
    if (shrink ? isInfinite(am, ase) : isZero(am, ase)) indefinite();
    else {
      if (isDenormal(am, ase)) flag(DE);
      if (shrink) result(0, sign);
      else result(INTEGER_BIT, sign | EXPONENT);
    }
  } else {
    if (isDenormal(am, ase) || isDenormal(bm, bse)) flag(DE);
    if (isInfinite(am, ase) || isZero(am, ase)) result(am, ase);
    else {
      const e = i32(bse & EXPONENT) - BIAS;
      let amount: i32 = 0;
      if (e > 16) amount = 0x1_0000;
      else if (e >= 0) amount = i32(bm >> u64(63 - e));
      if ((bse & SIGN) != 0) amount = -amount;
      const exponent = exponentOf(ase) + amount - i32(clz(am));
      // Massive overflow and underflow: even the moved exponent of an unmasked result cannot hold it (SDM vol. 1, 8.5.4
      // and 8.5.5).
      if (exponent >= i32(EXPONENT) + BIAS_ADJUST && (controlWord() & OE) == 0) {
        flag(OE | PE);
        setUp(true);
        result(INTEGER_BIT, sign | EXPONENT);
      } else if (exponent <= -BIAS_ADJUST && (controlWord() & UE) == 0) {
        flag(UE | PE);
        result(0, sign);
      } else roundPack(sign, exponent, am << clz(am), 0, 64, roundingControl(), controlWord());
    }
  }
  putResult();
}
