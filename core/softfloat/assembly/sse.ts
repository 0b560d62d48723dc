/**
 * SSE and SSE2 floating point on single elements (SDM vol. 1, sections 10.2.3, 11.5; appendix D): exact arithmetic, all
 * rounding modes, denormals-are-zero and flush-to-zero, exception flags. Elements are bit images; a single is in the low
 * 32 bits. Flags collect in `ex`; the caller commits them for a whole instruction with `finish`.
 */
import { exactExponent, exactHigh, exactLow, exactSign, product, quotient, root, sum } from './arith';
import { begin, ex, flag, high, low, setFlags, shiftRightJam } from './round';
import { BIAS, DE, DOWN, IE, INTEGER_BIT, MXCSR, NEAREST, OE, PE, SIGN, UE, UP, ZE } from './state';

const FTZ: u32 = 0x8000;
const DAZ: u32 = 0x40;

function mxcsr(): u32 {
  return load<u32>(MXCSR);
}
function rounding(): u32 {
  return (load<u32>(MXCSR) >> 13) & 3;
}
/** The masks in the places of the flags. */
function masks(): u32 {
  return load<u32>(MXCSR) >> 7;
}

/** Format parameters: fraction bits and exponent bits. */
function fractionBits(double: bool): i32 {
  return double ? 52 : 23;
}
function signOf(a: u64, double: bool): u32 {
  return u32(double ? a >> 48 : a >> 16) & SIGN;
}
function exponentField(a: u64, double: bool): u32 {
  return double ? u32(a >> 52) & 0x7ff : u32(a >> 23) & 0xff;
}
function fraction(a: u64, double: bool): u64 {
  return double ? a & 0xf_ffff_ffff_ffff : a & 0x7f_ffff;
}
function isNan(a: u64, double: bool): bool {
  return exponentField(a, double) == (double ? 0x7ff : 0xff) && fraction(a, double) != 0;
}
function isSignaling(a: u64, double: bool): bool {
  return isNan(a, double) && (a & (double ? 0x8_0000_0000_0000 : 0x40_0000)) == 0;
}
function isInfinite(a: u64, double: bool): bool {
  return exponentField(a, double) == (double ? 0x7ff : 0xff) && fraction(a, double) == 0;
}
function isZero(a: u64, double: bool): bool {
  return exponentField(a, double) == 0 && fraction(a, double) == 0;
}
function isDenormal(a: u64, double: bool): bool {
  return exponentField(a, double) == 0 && fraction(a, double) != 0;
}
function quiet(a: u64, double: bool): u64 {
  return a | (double ? 0x8_0000_0000_0000 : 0x40_0000);
}
function indefinite(double: bool): u64 {
  return double ? 0xfff8_0000_0000_0000 : 0xffc0_0000;
}
function signed(sign: u32, magnitude: u64, double: bool): u64 {
  return magnitude | (u64(sign) << (double ? 48 : 16));
}
function infinity(double: bool): u64 {
  return double ? 0x7ff0_0000_0000_0000 : 0x7f80_0000;
}
/** Denormals are zeros when MXCSR says so. */
function daz(a: u64, double: bool): u64 {
  return (mxcsr() & DAZ) != 0 && isDenormal(a, double) ? signed(signOf(a, double), 0, double) : a;
}

/** The finite non-zero operand unpacked: biased by the extended bias, normalised. */
let unpackedExponent: i32 = 0;
let unpackedSignificand: u64 = 0;
function unpack(a: u64, double: bool): void {
  const bits = fractionBits(double);
  const field = i32(exponentField(a, double));
  const bias = double ? 1023 : 127;
  let m = fraction(a, double) << (63 - bits);
  if (field != 0) m |= INTEGER_BIT;
  const shift = clz(m);
  unpackedSignificand = m << shift;
  unpackedExponent = (field == 0 ? 1 : field) - bias + BIAS - i32(shift);
}

/** Rounds the significand h:l (normalised) to `bits`; the results are in globals. */
let roundedValue: u64 = 0;
let roundedInexact: bool = false;
let roundedCarry: bool = false;
function roundTo(sign: u32, h: u64, l: u64, bits: i32, rc: u32): void {
  const shift: u64 = 64 - bits;
  const unit = (<u64>1) << shift;
  const rest = h & (unit - 1);
  const middle = unit >> 1;
  roundedInexact = (rest | l) != 0;
  let increment = false;
  if (roundedInexact) {
    if (rc == NEAREST) increment = rest > middle || (rest == middle && (l != 0 || (h & unit) != 0));
    else if (rc == DOWN) increment = sign != 0;
    else if (rc == UP) increment = sign == 0;
  }
  roundedValue = (h >> shift) + u64(increment);
  roundedCarry = roundedValue >> bits != 0;
  if (roundedCarry) roundedValue >>= 1;
}

/** Rounds and packs a value with the extended bias; raises OE, UE, PE. */
function pack(sign: u32, exponent: i32, hi: u64, lo: u64, double: bool): u64 {
  if ((hi | lo) == 0) return signed(sign, 0, double);
  let h = hi;
  let l = lo;
  let e = exponent;
  if (h == 0) {
    h = l;
    l = 0;
    e -= 64;
  }
  const shift = clz(h);
  if (shift != 0) {
    h = (h << shift) | (l >> (64 - shift));
    l <<= shift;
    e -= i32(shift);
  }
  const bits = fractionBits(double) + 1;
  const top = double ? 0x7ff : 0xff;
  const rc = rounding();
  e += (double ? 1023 : 127) - BIAS;
  roundTo(sign, h, l, bits, rc);
  const rounded = e + i32(roundedCarry);
  if (rounded <= 0) {
    // Tiny after rounding.
    if ((masks() & UE) == 0) {
      flag(roundedInexact ? UE | PE : UE);
      return 0;
    }
    if ((mxcsr() & FTZ) != 0) {
      flag(UE | PE);
      return signed(sign, 0, double);
    }
    shiftRightJam(h, l, 1 - e);
    roundTo(sign, high, low, bits, rc);
    if (roundedInexact) flag(UE | PE);
    return signed(sign, roundedValue, double);
  }
  if (rounded >= top) {
    flag(OE);
    if (roundedInexact || (masks() & OE) != 0) flag(PE);
    const toInfinity = rc == NEAREST || (rc == UP && sign == 0) || (rc == DOWN && sign != 0);
    return signed(sign, toInfinity ? infinity(double) : infinity(double) - 1, double);
  }
  if (roundedInexact) flag(PE);
  const image =
    (u64(rounded) << fractionBits(double)) | (roundedValue & (((<u64>1) << fractionBits(double)) - 1));
  return signed(sign, image, double);
}
function packExact(double: bool): u64 {
  return pack(exactSign, exactExponent, exactHigh, exactLow, double);
}

/** NaN operands: the first that is one, quieted. */
function nan(a: u64, b: u64, double: bool): u64 {
  if (isSignaling(a, double) || isSignaling(b, double)) flag(IE);
  return quiet(isNan(a, double) ? a : b, double);
}

const ADD: i32 = 0;
const MUL: i32 = 1;
const SUB: i32 = 2;
const MIN: i32 = 3;
const DIV: i32 = 4;
const MAX: i32 = 5;
const SQRT: i32 = 6;

function invalid(double: bool): u64 {
  flag(IE);
  return indefinite(double);
}

/** One element of an arithmetic instruction. */
function compute(operation: i32, first: u64, second: u64, double: bool): u64 {
  const a = daz(first, double);
  const b = daz(second, double);
  if (operation == SQRT) return squareRoot(b, double);
  if (operation == MIN || operation == MAX) return extremum(operation == MAX, a, b, double);
  if (isNan(a, double) || isNan(b, double)) return nan(a, b, double);
  const aSign = signOf(a, double);
  const bSign = operation == SUB ? signOf(b, double) ^ SIGN : signOf(b, double);
  const sign = aSign ^ bSign;
  const denormal = isDenormal(a, double) || isDenormal(b, double);
  const aInfinite = isInfinite(a, double);
  const bInfinite = isInfinite(b, double);
  const aZero = isZero(a, double);
  const bZero = isZero(b, double);
  if (operation == ADD || operation == SUB) {
    if (aInfinite && bInfinite && aSign != bSign) return invalid(double);
    if (denormal) flag(DE);
    if (aInfinite) return a;
    if (bInfinite) return signed(bSign, infinity(double), double);
    if (aZero && bZero) return signed(aSign == bSign ? aSign : rounding() == DOWN ? SIGN : 0, 0, double);
    unpackOrZero(a, double);
    const ae = unpackedExponent;
    const am = unpackedSignificand;
    unpackOrZero(b, double);
    sum(aSign, ae, am, bSign, unpackedExponent, unpackedSignificand);
    if ((exactHigh | exactLow) == 0) return signed(rounding() == DOWN ? SIGN : 0, 0, double);
    return packExact(double);
  }
  if (operation == MUL) {
    if ((aInfinite && bZero) || (aZero && bInfinite)) return invalid(double);
    if (denormal) flag(DE);
    if (aInfinite || bInfinite) return signed(sign, infinity(double), double);
    if (aZero || bZero) return signed(sign, 0, double);
    unpack(a, double);
    const ae = unpackedExponent;
    const am = unpackedSignificand;
    unpack(b, double);
    product(sign, ae, am, unpackedExponent, unpackedSignificand);
    return packExact(double);
  }
  if ((aInfinite && bInfinite) || (aZero && bZero)) return invalid(double);
  if (bZero && !aInfinite) {
    flag(ZE);
    return signed(sign, infinity(double), double);
  }
  if (denormal) flag(DE);
  if (aInfinite) return signed(sign, infinity(double), double);
  if (bInfinite || aZero) return signed(sign, 0, double);
  unpack(a, double);
  const ae = unpackedExponent;
  const am = unpackedSignificand;
  unpack(b, double);
  quotient(sign, ae, am, unpackedExponent, unpackedSignificand);
  return packExact(double);
}
/** A zero takes the smallest exponent, so that it disappears in a sum. */
function unpackOrZero(a: u64, double: bool): void {
  if (isZero(a, double)) {
    unpackedExponent = 0;
    unpackedSignificand = 0;
  } else unpack(a, double);
}

function squareRoot(b: u64, double: bool): u64 {
  if (isNan(b, double)) return nan(b, b, double);
  if (isZero(b, double)) return b;
  if (signOf(b, double) != 0) return invalid(double);
  if (isInfinite(b, double)) return b;
  if (isDenormal(b, double)) flag(DE);
  unpack(b, double);
  root(unpackedExponent, unpackedSignificand);
  return packExact(double);
}

/** -1, 0, 1; both operands are numbers. */
function order(a: u64, b: u64, double: bool): i32 {
  if (isZero(a, double) && isZero(b, double)) return 0;
  const aSign = signOf(a, double) != 0;
  const bSign = signOf(b, double) != 0;
  if (aSign != bSign) return aSign ? -1 : 1;
  if (a == b) return 0;
  return a < b != aSign ? -1 : 1;
}

function extremum(greatest: bool, a: u64, b: u64, double: bool): u64 {
  // Any NaN, quiet or not, is invalid, and the second operand is the result as it is.
  if (isNan(a, double) || isNan(b, double)) {
    flag(IE);
    return b;
  }
  if (isDenormal(a, double) || isDenormal(b, double)) flag(DE);
  const o = order(a, b, double);
  return (greatest ? o > 0 : o < 0) ? a : b;
}

/** One of the eight CMPccPS predicates: all ones or zero. */
function comparePredicate(predicate: u32, first: u64, second: u64, double: bool): bool {
  const a = daz(first, double);
  const b = daz(second, double);
  const unordered = isNan(a, double) || isNan(b, double);
  let holds: bool;
  if (unordered) {
    const signalling = (predicate & 3) == 1 || (predicate & 3) == 2;
    if (signalling || isSignaling(a, double) || isSignaling(b, double)) flag(IE);
    holds = (predicate & 3) == 3;
  } else {
    if (isDenormal(a, double) || isDenormal(b, double)) flag(DE);
    const o = order(a, b, double);
    const kind = predicate & 3;
    holds = kind == 0 ? o == 0 : kind == 1 ? o < 0 : kind == 2 ? o <= 0 : false;
  }
  return (predicate & 4) != 0 ? !holds : holds;
}

// --- instructions on registers (addresses) ------------------------------------------------------------------------

function element(at: u32, n: u32, double: bool): u64 {
  return double ? load<u64>(at + n * 8) : u64(load<u32>(at + n * 4));
}

/** Results of the elements before they may be written: an unmasked exception leaves the destination alone. */
const RESULTS: u32 = 0x1190;
function setResult(n: u32, value: u64, double: bool): void {
  if (double) store<u64>(RESULTS + n * 8, value);
  else store<u32>(RESULTS + n * 4, u32(value));
}

/**
 * Commits the flags. Returns true when the results may be written, false when an unmasked exception is to be raised.
 * Unmasked invalid, denormal or divide-by-zero hide what rounding would have reported.
 */
function finish(): bool {
  const before = ex & (IE | DE | ZE);
  if ((before & ~masks()) != 0) setFlags(before);
  store<u32>(MXCSR, mxcsr() | ex);
  return (ex & ~masks() & 0x3f) == 0;
}
function writeResults(destination: u32, count: u32, double: bool): void {
  for (let n: u32 = 0; n < count; n++) {
    if (double) store<u64>(destination + n * 8, load<u64>(RESULTS + n * 8));
    else store<u32>(destination + n * 4, load<u32>(RESULTS + n * 4));
  }
}

/** ADD MUL SUB MIN DIV MAX SQRT on `count` elements. Returns 0 for an unmasked exception. */
export function sseArithmetic(operation: i32, destination: u32, source: u32, count: u32, double: bool): u32 {
  begin();
  for (let n: u32 = 0; n < count; n++) {
    setResult(
      n,
      compute(operation, element(destination, n, double), element(source, n, double), double),
      double,
    );
  }
  if (!finish()) return 0;
  writeResults(destination, count, double);
  return 1;
}

export function sseCompare(predicate: u32, destination: u32, source: u32, count: u32, double: bool): u32 {
  begin();
  for (let n: u32 = 0; n < count; n++) {
    const holds = comparePredicate(
      predicate,
      element(destination, n, double),
      element(source, n, double),
      double,
    );
    setResult(n, holds ? <u64>-1 : 0, double);
  }
  if (!finish()) return 0;
  writeResults(destination, count, double);
  return 1;
}

/** COMISS and relatives: ZF, PF and CF in their EFLAGS places, or FFFFFFFFh for an unmasked exception. */
export function sseCompareFlags(destination: u32, source: u32, double: bool, quietly: bool): u32 {
  begin();
  const a = daz(element(destination, 0, double), double);
  const b = daz(element(source, 0, double), double);
  let result: u32;
  if (isNan(a, double) || isNan(b, double)) {
    if (!quietly || isSignaling(a, double) || isSignaling(b, double)) flag(IE);
    result = 0x45;
  } else {
    if (isDenormal(a, double) || isDenormal(b, double)) flag(DE);
    const o = order(a, b, double);
    result = o == 0 ? 0x40 : o < 0 ? 1 : 0;
  }
  return finish() ? result : 0xffff_ffff;
}

/** RCPPS and RSQRTPS: denormals count as zeros, no exceptions; exact here, hardware gives 12 bits. */
export function sseApproximate(squareRootToo: bool, destination: u32, source: u32, count: u32): void {
  for (let n: u32 = 0; n < count; n++) {
    const image = element(source, n, false);
    const a = isDenormal(image, false) ? signed(signOf(image, false), 0, false) : image;
    const value = reinterpret<f32>(u32(a));
    let result: u32;
    if (isNan(a, false)) result = u32(quiet(a, false));
    else if (squareRootToo && value < 0) result = 0xffc0_0000;
    else if (squareRootToo) result = reinterpret<u32>(f32(1.0 / Math.sqrt(f64(value))));
    else {
      result = reinterpret<u32>(f32(1.0) / value);
      // Tiny results are flushed to zero.
      if (isDenormal(u64(result), false)) result &= 0x8000_0000;
    }
    store<u32>(destination + n * 4, result);
  }
}

// --- conversions ------------------------------------------------------------------------------------------------

/** A signed integer as single or double, rounded. */
function fromInteger(value: i32, double: bool): u64 {
  if (value == 0) return 0;
  const magnitude: u64 = value < 0 ? u64(-i64(value)) : u64(value);
  return pack(value < 0 ? SIGN : 0, BIAS + 63, magnitude, 0, double);
}
/** Rounds to a 32-bit integer; the integer indefinite with IE when it does not fit. Denormals raise nothing. */
function toInteger(image: u64, double: bool, truncate: bool): i32 {
  const a = daz(image, double);
  if (exponentField(a, double) == (double ? 0x7ff : 0xff)) {
    flag(IE);
    return i32.MIN_VALUE;
  }
  if (isZero(a, double)) return 0;
  unpack(a, double);
  const sign = signOf(a, double);
  const e = unpackedExponent - BIAS;
  if (e > 31) {
    flag(IE);
    return i32.MIN_VALUE;
  }
  shiftRightJam(unpackedSignificand, 0, 63 - e);
  let value = high;
  let inexact = false;
  if (low != 0) {
    inexact = true;
    const rc = truncate ? 3 : rounding();
    let increment = false;
    if (rc == NEAREST) increment = low > INTEGER_BIT || (low == INTEGER_BIT && (value & 1) != 0);
    else if (rc == DOWN) increment = sign != 0;
    else if (rc == UP) increment = sign == 0;
    if (increment) value++;
  }
  if (sign != 0 ? value > 0x8000_0000 : value > 0x7fff_ffff) {
    flag(IE);
    return i32.MIN_VALUE;
  }
  if (inexact) flag(PE);
  return sign != 0 ? i32(0 - i64(value)) : i32(value);
}
function convertWidth(image: u64, toDouble: bool): u64 {
  const a = daz(image, !toDouble);
  const sign = signOf(a, !toDouble);
  if (isNan(a, !toDouble)) {
    if (isSignaling(a, !toDouble)) flag(IE);
    const f = fraction(quiet(a, !toDouble), !toDouble);
    return signed(sign, infinity(toDouble) | (toDouble ? f << 29 : f >> 29), toDouble);
  }
  if (isInfinite(a, !toDouble)) return signed(sign, infinity(toDouble), toDouble);
  if (isZero(a, !toDouble)) return signed(sign, 0, toDouble);
  if (isDenormal(a, !toDouble)) flag(DE);
  unpack(a, !toDouble);
  return pack(sign, unpackedExponent, unpackedSignificand, 0, toDouble);
}

/** `count` 32-bit integers to singles or doubles. */
export function sseFromIntegers(destination: u32, source: u32, count: u32, double: bool): u32 {
  begin();
  const a = load<i32>(source);
  for (let n: u32 = 0; n < count; n++)
    setResult(n, fromInteger(n == 0 ? a : load<i32>(source + n * 4), double), double);
  if (!finish()) return 0;
  writeResults(destination, count, double);
  return 1;
}
/** `count` singles or doubles to 32-bit integers. */
export function sseToIntegers(destination: u32, source: u32, count: u32, double: bool, truncate: bool): u32 {
  begin();
  for (let n: u32 = 0; n < count; n++) {
    setResult(n, u64(u32(toInteger(element(source, n, double), double, truncate))), false);
  }
  if (!finish()) return 0;
  writeResults(destination, count, false);
  return 1;
}
/** `count` elements from one width to the other. */
export function sseConvertWidth(destination: u32, source: u32, count: u32, toDouble: bool): u32 {
  begin();
  for (let n: u32 = 0; n < count; n++)
    setResult(n, convertWidth(element(source, n, !toDouble), toDouble), toDouble);
  if (!finish()) return 0;
  writeResults(destination, count, toDouble);
  return 1;
}
