/**
 * Arithmetic of 80-bit values (SDM vol. 1, 4.2.2), exact and then rounded to nearest even, as the x87 does it with its control
 * word at reset. Whole-number arithmetic: the values are sign, significand and a power of two.
 */
import type { Extended } from './extended.ts';

const BIAS = 16383;
const FRACTION_BITS = 63;
const MAX_EXPONENT = 0x7fff;
const INTEGER_BIT = 1n << 63n;
/** Smallest power of two of a significand's last bit. */
const MIN_POWER = 1 - BIAS - FRACTION_BITS;
const DEFAULT_NAN: Extended = { significand: 3n << 62n, signExponent: 0xffff };

/** A finite number: significand * 2^power; the significand may be negative. Zero keeps its sign apart. */
interface Exact {
  readonly significand: bigint;
  readonly power: number;
  readonly negative: boolean;
}

type Unpacked = 'nan' | 'inf' | '-inf' | Exact;

const infinity = (negative: boolean): Extended => ({
  significand: INTEGER_BIT,
  signExponent: negative ? 0xffff : 0x7fff,
});

const magnitude = (value: bigint) => (value < 0n ? -value : value);
const bitLength = (value: bigint) => (value === 0n ? 0 : value.toString(2).length);

function unpack({ significand, signExponent }: Extended): Unpacked {
  const negative = (signExponent & 0x8000) !== 0;
  const exponent = signExponent & MAX_EXPONENT;
  if (exponent === MAX_EXPONENT) {
    if (significand !== INTEGER_BIT) return 'nan';
    return negative ? '-inf' : 'inf';
  }
  // The x87 knows no numbers without their integer bit, other than denormals.
  if (exponent !== 0 && (significand & INTEGER_BIT) === 0n) return 'nan';
  const power = (exponent === 0 ? 1 : exponent) - BIAS - FRACTION_BITS;
  return { significand: negative ? -significand : significand, power, negative };
}

/** A magnitude with at most `bits` bits and a power that is not below `least`; ties go to even. */
function rounded(
  value: bigint,
  power: number,
  bits: number,
  least: number,
  sticky = false,
): [bigint, number] {
  const drop = Math.max(bitLength(value) - bits, least - power);
  if (drop <= 0) return [value, power];
  const half = 1n << BigInt(drop - 1);
  const rest = value & ((1n << BigInt(drop)) - 1n);
  let kept = value >> BigInt(drop);
  if (rest > half || (rest === half && (sticky || (kept & 1n) === 1n))) kept++;
  return [kept, power + drop];
}

/** @param sticky the exact value is a little further from zero than the significand says */
function pack(value: bigint, power: number, negative: boolean, sticky = false): Extended {
  let [significand, at] = rounded(magnitude(value), power, 64, MIN_POWER, sticky);
  if (significand === 0n) return { significand: 0n, signExponent: negative ? 0x8000 : 0 };
  const shift = Math.min(64 - bitLength(significand), at - MIN_POWER);
  if (shift >= 0) significand <<= BigInt(shift);
  else significand >>= BigInt(-shift);
  at -= shift;
  const exponent = (significand & INTEGER_BIT) === 0n ? 0 : at + BIAS + FRACTION_BITS;
  if (exponent >= MAX_EXPONENT) return infinity(negative);
  return { significand, signExponent: exponent | (negative ? 0x8000 : 0) };
}

export function extendedFromInteger(value: bigint): Extended {
  return pack(value, 0, value < 0n);
}

/** @param denominator positive; the quotient is rounded once */
export function extendedFromRatio(numerator: bigint, denominator: bigint): Extended {
  const negative = numerator < 0n;
  const shift = Math.max(0, 66 + bitLength(denominator) - bitLength(numerator));
  const shifted = magnitude(numerator) << BigInt(shift);
  const quotient = shifted / denominator;
  return pack(quotient, -shift, negative, shifted % denominator !== 0n);
}

/** Every double is an 80-bit value. */
export function extendedFromDouble(value: number): Extended {
  if (Number.isNaN(value)) return DEFAULT_NAN;
  if (!Number.isFinite(value)) return infinity(value < 0);
  const data = new DataView(new ArrayBuffer(8));
  data.setFloat64(0, value);
  const bits = data.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const significand = exponent === 0 ? fraction : fraction | (1n << 52n);
  return pack(significand, (exponent === 0 ? 1 : exponent) - 1075, bits >> 63n === 1n);
}

/** Rounded to a double, or to a single with `bits` 24 and `least` -149. */
export function doubleFromExtended(value: Extended, bits = 53, least = -1074): number {
  const parts = unpack(value);
  if (typeof parts === 'string') return parts === 'nan' ? NaN : parts === 'inf' ? Infinity : -Infinity;
  const [significand, power] = rounded(magnitude(parts.significand), parts.power, bits, least);
  const result = power > 971 ? Infinity : Number(significand) * 2 ** power;
  return parts.negative ? -result : result;
}

/** Without its fraction; `undefined` for infinities and what is no number. */
export function truncateExtended(value: Extended): bigint | undefined {
  const parts = unpack(value);
  if (typeof parts === 'string') return undefined;
  const whole =
    parts.power >= 0
      ? magnitude(parts.significand) << BigInt(parts.power)
      : magnitude(parts.significand) >> BigInt(-parts.power);
  return parts.significand < 0n ? -whole : whole;
}

export const isZeroExtended = ({ significand, signExponent }: Extended): boolean =>
  significand === 0n && (signExponent & MAX_EXPONENT) === 0;

export const negateExtended = ({ significand, signExponent }: Extended): Extended => ({
  significand,
  signExponent: signExponent ^ 0x8000,
});

/** Less than 0, 0 or more than 0; `undefined` when one is no number. */
export function compareExtended(a: Extended, b: Extended): number | undefined {
  const [left, right] = [unpack(a), unpack(b)];
  if (left === 'nan' || right === 'nan') return undefined;
  const order = (value: Unpacked) => (value === 'inf' ? 1 : value === '-inf' ? -1 : 0);
  if (typeof left === 'string' || typeof right === 'string') return order(left) - order(right);
  const [x, y] = aligned(left, right);
  return x < y ? -1 : x > y ? 1 : 0;
}

function aligned(a: Exact, b: Exact): [bigint, bigint, power: number] {
  const power = Math.min(a.power, b.power);
  return [a.significand << BigInt(a.power - power), b.significand << BigInt(b.power - power), power];
}

export function extendedArithmetic(operator: '+' | '-' | '*' | '/', a: Extended, b: Extended): Extended {
  const [left, right] = [unpack(a), unpack(operator === '-' ? negateExtended(b) : b)];
  if (left === 'nan' || right === 'nan') return DEFAULT_NAN;
  if (typeof left === 'string' || typeof right === 'string') return withInfinity(operator, left, right);
  const opposite = left.negative !== right.negative;
  switch (operator) {
    case '*':
      return pack(left.significand * right.significand, left.power + right.power, opposite);
    case '/': {
      if (right.significand === 0n) return left.significand === 0n ? DEFAULT_NAN : infinity(opposite);
      const numerator = magnitude(left.significand) << 130n;
      const denominator = magnitude(right.significand);
      const inexact = numerator % denominator !== 0n;
      return pack(numerator / denominator, left.power - right.power - 130, opposite, inexact);
    }
    default: {
      const [x, y, power] = aligned(left, right);
      const sum = x + y;
      return pack(sum, power, sum === 0n ? left.negative && right.negative : sum < 0n);
    }
  }
}

/** At least one operand is infinite, none is a NaN; a difference is a sum by now. */
function withInfinity(operator: '+' | '-' | '*' | '/', a: Unpacked, b: Unpacked): Extended {
  const asNumber = (value: Unpacked) => {
    if (typeof value !== 'string')
      return value.significand === 0n ? (value.negative ? -0 : 0) : value.negative ? -1 : 1;
    return value === 'inf' ? Infinity : -Infinity;
  };
  const [x, y] = [asNumber(a), asNumber(b)];
  return extendedFromDouble(operator === '*' ? x * y : operator === '/' ? x / y : x + y);
}
