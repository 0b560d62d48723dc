/**
 * Conversions between extended precision and the formats of memory: single, double, integers, packed decimal
 * (SDM vol. 1, sections 4.2, 8.2). Values read give `rm` and `rse`; values to be stored are returned.
 */
import { isDenormal, isInfinite, isNan, unsupported } from './arith';
import { ex, flag, high, low, result, roundInteger, setFlags, setUp, shiftRightJam } from './round';
import {
  BIAS,
  DE,
  DOWN,
  EXPONENT,
  IE,
  INTEGER_BIT,
  NEAREST,
  OE,
  OUTPUT,
  PE,
  QUIET_BIT,
  SIGN,
  UE,
  UP,
} from './state';

/** A single in the low 32 bits of `bits`. SNaNs are quieted with IE, denormals set DE. */
export function fromSingle(bits: u32): void {
  const sign = (bits >> 16) & SIGN;
  const exponent = (bits >> 23) & 0xff;
  const fraction = u64(bits & 0x7f_ffff);
  if (exponent == 0xff) {
    if (fraction == 0) result(INTEGER_BIT, sign | EXPONENT);
    else {
      if ((bits & 0x40_0000) == 0) flag(IE);
      result(INTEGER_BIT | QUIET_BIT | (fraction << 40), sign | EXPONENT);
    }
  } else if (exponent == 0) {
    if (fraction == 0) result(0, sign);
    else {
      flag(DE);
      const shift = clz(fraction);
      result(fraction << shift, sign | u32(BIAS - 126 - 23 + 63 - i32(shift)));
    }
  } else result(INTEGER_BIT | (fraction << 40), sign | (exponent + u32(BIAS - 127)));
}

export function fromDouble(bits: u64): void {
  const sign = u32(bits >> 48) & SIGN;
  const exponent = u32(bits >> 52) & 0x7ff;
  const fraction = bits & 0xf_ffff_ffff_ffff;
  if (exponent == 0x7ff) {
    if (fraction == 0) result(INTEGER_BIT, sign | EXPONENT);
    else {
      if ((bits & 0x8_0000_0000_0000) == 0) flag(IE);
      result(INTEGER_BIT | QUIET_BIT | (fraction << 11), sign | EXPONENT);
    }
  } else if (exponent == 0) {
    if (fraction == 0) result(0, sign);
    else {
      flag(DE);
      const shift = clz(fraction);
      result(fraction << shift, sign | u32(BIAS - 1022 - 52 + 63 - i32(shift)));
    }
  } else result(INTEGER_BIT | (fraction << 11), sign | (exponent + u32(BIAS - 1023)));
}

export function fromInteger(value: i64): void {
  if (value == 0) {
    result(0, 0);
    return;
  }
  const sign: u32 = value < 0 ? SIGN : 0;
  const magnitude: u64 = value < 0 ? 0 - u64(value) : u64(value);
  const shift = clz(magnitude);
  result(magnitude << shift, sign | u32(BIAS + 63 - i32(shift)));
}

/** Rounds the top `bits` of a significand; the global `packedCarry` tells an overflow into the next power of two. */
let packedCarry: bool = false;
let packedInexact: bool = false;
let packedUp: bool = false;
function roundBits(sign: u32, m: u64, sticky: u64, bits: i32, rc: u32): u64 {
  const shift: u64 = 64 - bits;
  const unit = (<u64>1) << shift;
  const fraction = m & (unit - 1);
  const middle = unit >> 1;
  packedInexact = (fraction | sticky) != 0;
  packedUp = false;
  if (packedInexact) {
    if (rc == NEAREST)
      packedUp = fraction > middle || (fraction == middle && (sticky != 0 || (m & unit) != 0));
    else if (rc == DOWN) packedUp = sign != 0;
    else if (rc == UP) packedUp = sign == 0;
  }
  packedCarry = false;
  let value = m >> shift;
  if (packedUp) {
    value++;
    if (value >> bits != 0) {
      value >>= 1;
      packedCarry = true;
    }
  }
  return value;
}

/**
 * Rounds to a format of `bits` significand bits and `exponentBits` exponent bits; returns its image. With unmasked
 * overflow or underflow the flags say so and the value is not to be stored.
 */
function narrow(m: u64, se: u32, bits: i32, exponentBits: i32, rc: u32, masks: u32): u64 {
  const fractionBits = bits - 1;
  const top: i32 = (1 << exponentBits) - 1;
  const bias = top >> 1;
  const sign = se & SIGN;
  const signImage = u64(sign >> 15) << (fractionBits + exponentBits);
  const infinity = u64(top) << fractionBits;
  if (unsupported(m, se)) {
    flag(IE);
    return ((<u64>1) << (fractionBits + exponentBits)) | infinity | ((<u64>1) << (fractionBits - 1));
  }
  if (isNan(m, se)) {
    if ((m & QUIET_BIT) == 0) flag(IE);
    return signImage | infinity | (((m | QUIET_BIT) << 1) >> (64 - fractionBits));
  }
  if (isInfinite(m, se)) return signImage | infinity;
  if (m == 0) return signImage;
  const shift = i32(clz(m));
  const exponent = i32(se & EXPONENT) + i32((se & EXPONENT) == 0) - shift - BIAS + bias;
  const significand = m << shift;
  let value = roundBits(sign, significand, 0, bits, rc);
  const e = exponent + i32(packedCarry);
  if (e <= 0) {
    // Tiny after rounding with an unbounded exponent.
    if ((masks & UE) == 0) {
      flag(UE);
      return 0;
    }
    shiftRightJam(significand, 0, 1 - exponent);
    value = roundBits(sign, high, low, bits, rc);
    if (packedInexact) flag(UE | PE);
    setUp(packedUp);
    return signImage | value;
  }
  if (e >= top) {
    flag(OE);
    if ((masks & OE) == 0) return 0;
    flag(PE);
    const toInfinity = rc == NEAREST || (rc == UP && sign == 0) || (rc == DOWN && sign != 0);
    setUp(toInfinity);
    return signImage | (toInfinity ? infinity : infinity - 1);
  }
  if (packedInexact) flag(PE);
  setUp(packedUp);
  return signImage | (u64(e) << fractionBits) | (value & (((<u64>1) << fractionBits) - 1));
}

export function toSingle(m: u64, se: u32, rc: u32, masks: u32): u32 {
  return u32(narrow(m, se, 24, 8, rc, masks));
}
export function toDouble(m: u64, se: u32, rc: u32, masks: u32): u64 {
  return narrow(m, se, 53, 11, rc, masks);
}

/** Rounds to a signed integer of `bits` bits; out of range gives the integer indefinite with IE. */
export function toInteger(m: u64, se: u32, bits: i32, rc: u32): i64 {
  const indefinite: i64 = i64.MIN_VALUE >> (64 - bits);
  if (unsupported(m, se) || (se & EXPONENT) == EXPONENT) {
    flag(IE);
    return indefinite;
  }
  if (m == 0) return 0;
  const sign = se & SIGN;
  const exponent = i32(se & EXPONENT) - BIAS;
  if (exponent > 63) {
    flag(IE);
    return indefinite;
  }
  const before = ex;
  let magnitude: u64;
  if (exponent == 63) magnitude = m;
  else {
    // Integer part above, fraction below.
    shiftRightJam(m, 0, 63 - exponent);
    magnitude = roundInteger(sign, high, low, rc);
  }
  const limit: u64 = (<u64>1) << (bits - 1);
  const tooBig = sign != 0 ? magnitude > limit : magnitude >= limit;
  if (tooBig) {
    setFlags(before);
    flag(IE);
    setUp(false);
    return indefinite;
  }
  return sign != 0 ? 0 - i64(magnitude) : i64(magnitude);
}

/** Rounds to an integral value in extended precision (FRNDINT). */
export function roundToIntegral(m: u64, se: u32, rc: u32): void {
  const exponent = i32(se & EXPONENT) - BIAS;
  if (m == 0 || exponent >= 63) {
    result(m, se);
    return;
  }
  if (isDenormal(m, se)) flag(DE);
  const sign = se & SIGN;
  shiftRightJam(m, 0, exponent < 0 && (se & EXPONENT) == 0 ? 63 + BIAS : 63 - exponent);
  const value = roundInteger(sign, high, low, rc);
  if (value == 0) {
    result(0, sign);
    return;
  }
  const shift = clz(value);
  result(value << shift, sign | u32(BIAS + 63 - i32(shift)));
}

/** Packed decimal (18 digits, sign in the tenth byte) at OUTPUT from a value; IE and the indefinite when it does not fit. */
export function toPackedDecimal(m: u64, se: u32, rc: u32): void {
  const before = ex;
  const value = toInteger(m, se, 64, rc);
  const magnitude: u64 = value < 0 ? 0 - u64(value) : u64(value);
  if ((ex & IE & ~before) != 0 || magnitude > 999_999_999_999_999_999) {
    setFlags(before);
    flag(IE);
    setUp(false);
    store<u64>(OUTPUT, 0xc000_0000_0000_0000);
    store<u16>(OUTPUT + 8, 0xffff);
    return;
  }
  let rest = magnitude;
  for (let n: u32 = 0; n < 9; n++) {
    const pair = rest % 100;
    rest /= 100;
    store<u8>(OUTPUT + n, u8(((pair / 10) << 4) | (pair % 10)));
  }
  store<u8>(OUTPUT + 9, (se & SIGN) != 0 ? 0x80 : 0);
}

/** A packed decimal of which `low64` holds the first 16 digits and `high16` two more and the sign. */
export function fromPackedDecimal(low64: u64, high16: u32): void {
  let value: u64 = 0;
  value = u64((high16 >> 4) & 15) * 10 + u64(high16 & 15);
  for (let n: i32 = 15; n >= 0; n--) value = value * 10 + ((low64 >> (u64(n) * 4)) & 15);
  const sign = high16 & SIGN;
  if (value == 0) {
    result(0, sign);
    return;
  }
  const shift = clz(value);
  result(value << shift, sign | u32(BIAS + 63 - i32(shift)));
}
