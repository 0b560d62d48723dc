/**
 * Rounding and packing of extended-precision results (SDM vol. 1, sections 4.8.4, 8.1.5 and 8.5).
 *
 * Results travel in globals: `rm` and `rse` are the packed register, `ex` collects exception flags of the instruction,
 * `up` tells that the magnitude was rounded up (C1).
 */
import { CHOP, DOWN, INTEGER_BIT, NEAREST, OE, PE, UE, UP } from './state';

/** Significand and sign-exponent word of the result. */
export let rm: u64 = 0;
export let rse: u32 = 0;
/** Exception flags raised so far by the current instruction. */
export let ex: u32 = 0;
/** The last rounding increased the magnitude. */
export let up: bool = false;

/** How far an unmasked overflow or underflow moves the exponent of its result. */
export const BIAS_ADJUST: i32 = 0x6000;

export function begin(): void {
  ex = 0;
  up = false;
}
export function flag(flags: u32): void {
  ex |= flags;
}
/** Replaces the flags: for conversions that find out late that they are invalid. */
export function setFlags(flags: u32): void {
  ex = flags;
}
export function result(significand: u64, signExponent: u32): void {
  rm = significand;
  rse = signExponent;
}
export function setUp(value: bool): void {
  up = value;
}

/** Two-word results of the helpers below. */
export let high: u64 = 0;
export let low: u64 = 0;

/** Shifts a 128-bit value right by `count` (any), or-ing what falls out into the last bit. */
export function shiftRightJam(h: u64, l: u64, count: i32): void {
  if (count <= 0) {
    high = h;
    low = l;
  } else if (count < 64) {
    const lost = l << (64 - count);
    low = (h << (64 - count)) | (l >> count) | u64(lost != 0);
    high = h >> count;
  } else if (count == 64) {
    low = h | u64(l != 0);
    high = 0;
  } else if (count < 128) {
    const lost = (h << (128 - count)) | l;
    low = (h >> (count - 64)) | u64(lost != 0);
    high = 0;
  } else {
    low = u64((h | l) != 0);
    high = 0;
  }
}

/** The last rounding: significand, whether it overflowed into the next power of two, whether it was inexact. */
let roundedSignificand: u64 = 0;
let roundedCarry: bool = false;
let roundedInexact: bool = false;
let roundedUp: bool = false;

/** Rounds hi:lo (binary point above bit 63 of hi) to `bits` significand bits. */
function roundTo(sign: u32, hi: u64, lo: u64, bits: i32, rc: u32): void {
  let increment = false;
  let kept = hi;
  let unit: u64 = 1;
  let inexact: bool;
  let half: i32; // -1 below, 0 exactly, 1 above the middle
  if (bits == 64) {
    inexact = lo != 0;
    half = lo > INTEGER_BIT ? 1 : lo == INTEGER_BIT ? 0 : -1;
  } else {
    const shift: u64 = 64 - bits;
    unit = (<u64>1) << shift;
    const fraction = hi & (unit - 1);
    const middle = unit >> 1;
    kept = hi & ~(unit - 1);
    inexact = (fraction | lo) != 0;
    half = fraction > middle || (fraction == middle && lo != 0) ? 1 : fraction == middle ? 0 : -1;
  }
  if (inexact) {
    if (rc == NEAREST) increment = half > 0 || (half == 0 && (kept & unit) != 0);
    else if (rc == DOWN) increment = sign != 0;
    else if (rc == UP) increment = sign == 0;
  }
  roundedInexact = inexact;
  roundedUp = increment;
  roundedCarry = false;
  if (increment) {
    kept += unit;
    // Only a significand with its top bit set can wrap to zero.
    if (kept == 0) {
      kept = INTEGER_BIT;
      roundedCarry = true;
    }
  }
  roundedSignificand = kept;
}

/**
 * Rounds and packs a result with sign (0 or 8000h), biased exponent of any size and significand hi:lo whose top bit is
 * set (or which is zero). `masks` is the control word: masked underflow and overflow give denormals, infinities and
 * largest numbers; unmasked ones a result whose exponent is moved (SDM vol. 1, 8.5.4 and 8.5.5).
 */
export function roundPack(sign: u32, exponent: i32, hi: u64, lo: u64, bits: i32, rc: u32, masks: u32): void {
  if ((hi | lo) == 0) {
    result(0, sign);
    return;
  }
  roundTo(sign, hi, lo, bits, rc);
  let e = exponent + i32(roundedCarry);
  if (exponent <= 0) {
    // Tiny is decided after rounding with an unbounded exponent.
    const tiny = e <= 0;
    if (tiny && (masks & UE) == 0) {
      flag(UE);
      if (roundedInexact) flag(PE);
      up = roundedUp;
      result(roundedSignificand, sign | (u32(e + BIAS_ADJUST) & 0x7fff));
      return;
    }
    shiftRightJam(hi, lo, 1 - exponent);
    roundTo(sign, high, low, bits, rc);
    if (roundedInexact) flag(tiny ? UE | PE : PE);
    up = roundedUp;
    result(roundedSignificand, sign | u32((roundedSignificand & INTEGER_BIT) != 0));
    return;
  }
  if (e >= 0x7fff) {
    flag(OE);
    if ((masks & OE) == 0) {
      if (roundedInexact) flag(PE);
      up = roundedUp;
      result(roundedSignificand, sign | (u32(e - BIAS_ADJUST) & 0x7fff));
      return;
    }
    flag(PE);
    const toInfinity = rc == NEAREST || (rc == UP && sign == 0) || (rc == DOWN && sign != 0);
    up = toInfinity;
    if (toInfinity) result(INTEGER_BIT, sign | 0x7fff);
    else result((<u64>-1) << (64 - bits), sign | 0x7ffe);
    return;
  }
  if (roundedInexact) flag(PE);
  up = roundedUp;
  result(roundedSignificand, sign | u32(e));
}

/** As `roundPack` for a value whose top bit may be clear. */
export function normalizeRoundPack(
  sign: u32,
  exponent: i32,
  hi: u64,
  lo: u64,
  bits: i32,
  rc: u32,
  masks: u32,
): void {
  let h = hi;
  let l = lo;
  let e = exponent;
  if (h == 0) {
    h = l;
    l = 0;
    e -= 64;
  }
  if (h != 0) {
    const shift = i32(clz(h));
    if (shift > 0) {
      h = (h << shift) | (l >> (64 - shift));
      l <<= shift;
      e -= shift;
    }
  }
  roundPack(sign, e, h, l, bits, rc, masks);
}

/** Rounds hi (integer part) and lo (fraction) to an integer; sets PE. Returns the integer. */
export function roundInteger(sign: u32, hi: u64, lo: u64, rc: u32): u64 {
  let value = hi;
  let increment = false;
  if (lo != 0) {
    flag(PE);
    if (rc == NEAREST) increment = lo > INTEGER_BIT || (lo == INTEGER_BIT && (hi & 1) != 0);
    else if (rc == DOWN) increment = sign != 0;
    else if (rc == UP) increment = sign == 0;
    else if (rc == CHOP) increment = false;
  }
  up = increment;
  if (increment) value++;
  return value;
}
