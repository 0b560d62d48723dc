/** Values of base types as text: numbers, truth values, characters. */
import type { CType } from '../symbols/types.ts';
import { wordOf } from '../symbols/location.ts';
import { extendedText } from './extended.ts';
import { dataMemberText } from './member-pointers.ts';
import { scalarOf } from './scalar.ts';
import { character, hexOf } from './text.ts';
import { integerOf, isFloat } from './value.ts';

type BaseType = Extract<CType, { kind: 'base' }>;

/** A number, truth value or character by its type. */
export function baseText(bytes: Uint8Array, type: BaseType): string {
  // Most of all: no big integers are made for it.
  if (type.pointee) return dataMemberText(bytes, type.pointee);
  if (bytes.length === 4 && type.encoding === 'signed') return String(wordOf(bytes) | 0);
  const value = integerOf(bytes, type);
  switch (type.encoding) {
    case 'boolean':
      return value === 0n ? 'false' : value === 1n ? 'true' : `true (${value})`;
    case 'signed-char':
    case 'unsigned-char':
      return bytes.length === 1 ? `${value} '${character(bytes[0])}'` : String(value);
    case 'float':
      return floatText(bytes, type);
    case 'complex':
      return complexText(bytes, (part) => floatText(part, halfOf(type, 'float')));
    case 'complex-integer':
      return complexText(bytes, (part) => String(integerOf(part, halfOf(type, 'signed'))));
    case 'unsigned':
      // Of C++ and Rust, a character of Unicode; that of C has one byte.
      return WIDE_CHARACTER.test(type.name) && bytes.length > 1
        ? codePointText(Number(value))
        : String(value);
    case 'signed':
      return String(value);
    default:
      // Too wide for an integer: what this reader does not know, as _Float128.
      return bytes.length > 8 ? hexOf(value, bytes.length) : String(value);
  }
}

const WIDE_CHARACTER = /^char(?:16_t|32_t)?$/;

/** `9786 '☺'`; what is no character alone is its number. */
function codePointText(value: number): string {
  const isAlone = value >= 0x20 && value < 0x11_0000 && (value & 0xffff_f800) !== 0xd800;
  return isAlone ? `${value} '${String.fromCodePoint(value)}'` : String(value);
}

/** The type of the real and of the imaginary part. */
const halfOf = ({ name, size }: BaseType, encoding: BaseType['encoding']): BaseType => ({
  ...{ kind: 'base', name, size: size / 2, encoding },
});

/** As C writes it: the real part and the imaginary one, `1.5 - 2i`. */
function complexText(bytes: Uint8Array, textOf: (part: Uint8Array) => string): string {
  const size = bytes.length / 2;
  const real = textOf(bytes.slice(0, size));
  const imaginary = textOf(bytes.slice(size));
  return imaginary.startsWith('-') ? `${real} - ${imaginary.slice(1)}i` : `${real} + ${imaginary}i`;
}

/** A floating-point number with as many digits as tell it from its neighbours; a NaN with its payload. */
export function floatText(bytes: Uint8Array, type: CType): string {
  if (!isFloat(type)) return hexOf(integerOf(bytes, type), bytes.length);
  const value = scalarOf(bytes, type);
  if (typeof value === 'object') return extendedText(value);
  const number = Number(value);
  if (Number.isNaN(number)) return nanText(bytes);
  if (!Number.isFinite(number)) return number < 0 ? '-inf' : 'inf';
  if (Object.is(number, -0)) return '-0';
  return bytes.length === 4 ? shortestSingle(number) : String(number);
}

function nanText(bytes: Uint8Array): string {
  const all = integerOf(bytes, { kind: 'unknown', name: '', size: bytes.length });
  const fraction = bytes.length === 4 ? 23n : 52n;
  const sign = all >> BigInt(bytes.length * 8 - 1) === 1n ? '-' : '';
  return `${sign}nan(0x${BigInt.asUintN(Number(fraction), all).toString(16)})`;
}

function shortestSingle(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(value);
}
