/**
 * The 80-bit floating-point format of the x87 (SDM vol. 1, 4.2.2 and table 8-3) as text. Exact: digits come from whole-number
 * arithmetic, not from a conversion to double.
 */

/** An 80-bit value: 64-bit significand with explicit integer bit, 15-bit exponent, sign. */
export interface Extended {
  readonly significand: bigint;
  /** Sign in bit 15, biased exponent below. */
  readonly signExponent: number;
}

const BIAS = 16383;
const SIGNIFICAND_BITS = 63;
const MAX_EXPONENT = 0x7fff;
const INTEGER_BIT = 1n << 63n;
const QUIET_BIT = 1n << 62n;
/** A significand of 64 bits has 19 decimal digits that count, and needs 21 to be read back. */
const DIGITS = 21;
/** Exponents between which no power of ten is written, as %g does. */
const MIN_PLAIN = -4;

/** What C's `%.21Lg` prints, without zeros at the end; `nan(0x…)`, `snan(0x…)`, `inf`, `unnormal` for encodings that are no numbers. */
export function extendedText({ significand, signExponent }: Extended): string {
  const sign = (signExponent & 0x8000) !== 0 ? '-' : '';
  const exponent = signExponent & MAX_EXPONENT;
  if (exponent === MAX_EXPONENT) {
    if (significand === INTEGER_BIT) return `${sign}inf`;
    const payload = `(0x${significand.toString(16).padStart(16, '0')})`;
    if ((significand & INTEGER_BIT) === 0n) return `${sign}pseudo-nan${payload}`;
    return `${sign}${(significand & QUIET_BIT) !== 0n ? 'nan' : 'snan'}${payload}`;
  }
  if (significand === 0n) return `${sign}0`;
  const power = (exponent === 0 ? 1 : exponent) - BIAS - SIGNIFICAND_BITS;
  const number = decimalText(significand, power);
  const unnormal = exponent !== 0 && (significand & INTEGER_BIT) === 0n;
  return `${sign}${number}${unnormal ? ' (unnormal)' : ''}`;
}

/** significand * 2^power with `DIGITS` digits, rounded to nearest. */
function decimalText(significand: bigint, power: number): string {
  const bits = significand.toString(2).length + power;
  // A first guess of floor(log10), right or one too small.
  let exponent = Math.floor((bits - 1) * Math.LOG10E * Math.LN2);
  let digits = scaled(significand, power, exponent);
  if (digits >= 10n ** BigInt(DIGITS)) digits = scaled(significand, power, ++exponent);
  const text = digits.toString();
  const kept = text.replace(/0+$/, '');
  if (exponent >= DIGITS || exponent < MIN_PLAIN) {
    const mantissa = kept.length > 1 ? `${kept[0]}.${kept.slice(1)}` : kept;
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${kept}`;
  const whole = text.slice(0, exponent + 1);
  const fraction = kept.slice(exponent + 1);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** round(significand * 2^power / 10^(exponent - DIGITS + 1)) */
function scaled(significand: bigint, power: number, exponent: number): bigint {
  const tens = DIGITS - 1 - exponent;
  let numerator = significand;
  let denominator = 1n;
  if (tens >= 0) numerator *= 10n ** BigInt(tens);
  else denominator *= 10n ** BigInt(-tens);
  if (power >= 0) numerator <<= BigInt(power);
  else denominator <<= BigInt(-power);
  return (numerator * 2n + denominator) / (denominator * 2n);
}
