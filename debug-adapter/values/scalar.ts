/**
 * Numbers as expressions compute them: whole numbers as bigint, float and double as number, long double as an 80-bit value;
 * how they become bytes, each other (C11 6.3.1), and more of them (C11 6.5.5 to 6.5.9).
 */
import { fail } from './fail.ts';
import { say } from '../../core/sentences/say.ts';
import { littleEndian } from '../symbols/location.ts';
import type { CType } from '../symbols/types.ts';
import type { Extended } from './extended.ts';
import {
  compareExtended,
  doubleFromExtended,
  extendedArithmetic,
  extendedFromDouble,
  extendedFromInteger,
  extendedFromRatio,
  isZeroExtended,
  negateExtended,
  truncateExtended,
} from './long-double.ts';
import type { ArithmeticOperator, Comparison } from './syntax.ts';
import { integerOf, isBoolean, isFloat, isSigned, sizeOf } from './value.ts';

export type Scalar = bigint | number | Extended;

/** A long double has ten bytes; the rest is padding. */
export const EXTENDED_BYTES = 10;
/** Precision and smallest power of two of a float. */
const SINGLE = [24, -149] as const;

/** The number in the bytes of a scalar type. */
export function scalarOf(bytes: Uint8Array, type: CType): Scalar {
  if (!isFloat(type)) return integerOf(bytes, type);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return data.getFloat32(0, true);
  if (bytes.length === 8) return data.getFloat64(0, true);
  if (bytes.length < EXTENDED_BYTES)
    return fail(say`A floating-point number of ${bytes.length} bytes is not known here.`);
  return { significand: data.getBigUint64(0, true), signExponent: data.getUint16(8, true) };
}

/** The bytes of a number that has been converted to the type. */
export function bytesOfScalar(value: Scalar, type: CType): Uint8Array {
  const size = sizeOf(type);
  if (typeof value === 'bigint') return littleEndian(value, size);
  const bytes = new Uint8Array(size);
  const data = new DataView(bytes.buffer);
  if (typeof value === 'number' && size === 4) data.setFloat32(0, value, true);
  else if (typeof value === 'number') data.setFloat64(0, value, true);
  else {
    data.setBigUint64(0, value.significand, true);
    data.setUint16(8, value.signExponent, true);
  }
  return bytes;
}

export function isZero(value: Scalar): boolean {
  return typeof value === 'object'
    ? isZeroExtended(value)
    : typeof value === 'bigint'
      ? value === 0n
      : value === 0;
}

/** @throws AdapterError for a floating-point number that no integer is near to */
function truncate(value: number | Extended): bigint {
  const whole = truncateExtended(typeof value === 'number' ? extendedFromDouble(value) : value);
  return (
    whole ?? fail(say`Infinity and NaN are no whole numbers: they cannot be converted to an integer type.`)
  );
}

/** A number as a value of a scalar type. @throws AdapterError where C leaves it open what that would be */
export function convertScalar(value: Scalar, type: CType): Scalar {
  const size = sizeOf(type);
  if (isFloat(type)) {
    if (size > 8) {
      if (typeof value === 'object') return value;
      return typeof value === 'bigint' ? extendedFromInteger(value) : extendedFromDouble(value);
    }
    if (typeof value === 'number') return size === 4 ? Math.fround(value) : value;
    const wide = typeof value === 'bigint' ? extendedFromRatio(value, 1n) : value;
    // A whole number of 64 bits is exact in 80; so it is rounded once.
    return size === 4 ? doubleFromExtended(wide, ...SINGLE) : doubleFromExtended(wide);
  }
  if (isBoolean(type)) return isZero(value) ? 0n : 1n;
  const whole = typeof value === 'bigint' ? value : truncate(value);
  const kept = isSigned(type) ? BigInt.asIntN(size * 8, whole) : BigInt.asUintN(size * 8, whole);
  // Of a floating-point number that does not fit, gcc, the FPU and SSE make different ones (C11 6.3.1.4, 1).
  if (kept !== whole && typeof value !== 'bigint')
    fail(
      say`This floating-point number does not fit into the integer type: C leaves it open what that would be.`,
    );
  return kept;
}

/** The value of a floating constant (C11 6.4.4.2), rounded once to its type. */
export function floatLiteral(text: string, type: CType): Scalar {
  const hexadecimal = /^0[xX]/.test(text);
  if (sizeOf(type) === 8 && !hexadecimal) return Number(text);
  const [mantissa, exponentText = '0'] = text
    .toLowerCase()
    .replace('0x', '')
    .split(hexadecimal ? 'p' : 'e');
  const [whole, fraction = ''] = mantissa.split('.');
  // Beyond this nothing but 0 and infinity is left, and the numbers would fill the memory.
  const exponent = Math.max(-20_000, Math.min(20_000, Number(exponentText)));
  const digits = BigInt((hexadecimal ? '0x0' : '0') + whole + fraction);
  const power = hexadecimal ? exponent - 4 * fraction.length : exponent - fraction.length;
  const scale = (hexadecimal ? 2n : 10n) ** BigInt(Math.abs(power));
  const exact = power < 0 ? extendedFromRatio(digits, scale) : extendedFromInteger(digits * scale);
  return convertScalar(exact, type);
}

export function negate(value: Scalar): Scalar {
  return typeof value === 'object' ? negateExtended(value) : -value;
}

/** `a` operator `b`, both of `type`, as a value of it. @throws AdapterError for what C leaves undefined */
export function arithmetic(operator: ArithmeticOperator, a: Scalar, b: Scalar, type: CType): Scalar {
  if (typeof a === 'bigint' && typeof b === 'bigint')
    return convertScalar(integerArithmetic(operator, a, b, sizeOf(type) * 8), type);
  if (operator !== '+' && operator !== '-' && operator !== '*' && operator !== '/')
    return fail(say`"${operator}" needs whole numbers: one of its operands is a floating-point number.`);
  if (typeof a === 'number' && typeof b === 'number') {
    const result = operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : a / b;
    return convertScalar(result, type);
  }
  return extendedArithmetic(operator, convertScalar(a, type) as Extended, convertScalar(b, type) as Extended);
}

function integerArithmetic(operator: ArithmeticOperator, a: bigint, b: bigint, bits: number): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '/':
    case '%':
      if (b === 0n) fail(say`Division by zero.`);
      return operator === '/' ? a / b : a % b;
    case '<<':
    case '>>':
      if (b < 0n || b >= BigInt(bits)) fail(say`A shift by ${b} is outside of 0 to ${bits - 1}.`);
      return operator === '<<' ? a << b : a >> b;
  }
}

/** Two numbers of the same type; comparisons with NaN do not hold, but for `!=`. */
export function compare(operator: Comparison, a: Scalar, b: Scalar): boolean {
  const order =
    typeof a === 'object' || typeof b === 'object'
      ? compareExtended(a as Extended, b as Extended)
      : a < b
        ? -1
        : a > b
          ? 1
          : a === b
            ? 0
            : undefined;
  if (order === undefined) return operator === '!=';
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
  }
}
