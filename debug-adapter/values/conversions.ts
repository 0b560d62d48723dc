/**
 * The types of C expressions on an ILP32 processor: base types by their words, literals (C11 6.4.4), integer promotions and
 * the usual arithmetic conversions (C11 6.3.1.1, 6.3.1.8). Knows types only, no values.
 */
import type { BaseEncoding, BaseType, CType, QualifiedType, TypedefType } from '../symbols/types.ts';
import type { Encoding } from './characters.ts';
import { arrayOf, bare, isFloat, isSigned, sizeOf } from './value.ts';

const base = (name: string, size: number, encoding: BaseEncoding): BaseType => ({
  kind: 'base',
  name,
  size,
  encoding,
});

export const INT = base('int', 4, 'signed');
export const UNSIGNED = base('unsigned int', 4, 'unsigned');
const LONG = base('long', 4, 'signed');
const UNSIGNED_LONG = base('unsigned long', 4, 'unsigned');
const LONG_LONG = base('long long', 8, 'signed');
const UNSIGNED_LONG_LONG = base('unsigned long long', 8, 'unsigned');
export const CHAR = base('char', 1, 'signed-char');
export const UNSIGNED_CHAR = base('unsigned char', 1, 'unsigned-char');
/** Units of wide strings. */
const WIDE_UNITS = {
  L: base('wchar_t', 4, 'signed'),
  u: base('char16_t', 2, 'unsigned'),
  U: base('char32_t', 4, 'unsigned'),
} as const;
export const BOOL = base('_Bool', 1, 'boolean');
const FLOAT = base('float', 4, 'float');
const DOUBLE = base('double', 8, 'float');
const LONG_DOUBLE = base('long double', 12, 'float');
/** Integer types by rank; each pair is signed and unsigned. */
const RANKS = [
  [INT, UNSIGNED],
  [LONG, UNSIGNED_LONG],
  [LONG_LONG, UNSIGNED_LONG_LONG],
] as const;

/** A base type written with C's own words, in any order (C11 6.7.2, 2); `undefined` for words that make none. */
export function baseType(words: readonly string[]): CType | undefined {
  const count = (word: string) => words.filter((w) => w === word).length;
  const only = (...allowed: string[]) => words.every((word) => allowed.includes(word));
  const unsigned = count('unsigned') > 0;
  const signs = count('unsigned') + count('signed');
  const longs = count('long');
  if (signs > 1 || longs > 2 || count('int') > 1) return undefined;
  if (words.length === 1) {
    const [word] = words;
    if (word === 'void') return { kind: 'void' };
    if (word === 'bool' || word === '_Bool') return BOOL;
    if (word === 'float') return FLOAT;
    if (word === 'double') return DOUBLE;
  }
  if (count('double') === 1) return longs === 1 && words.length === 2 ? LONG_DOUBLE : undefined;
  if (count('char') === 1) {
    if (!only('char', 'signed', 'unsigned')) return undefined;
    return unsigned ? UNSIGNED_CHAR : signs ? base('signed char', 1, 'signed-char') : CHAR;
  }
  if (count('short') === 1) {
    if (!only('short', 'int', 'signed', 'unsigned')) return undefined;
    return unsigned ? base('unsigned short', 2, 'unsigned') : base('short', 2, 'signed');
  }
  if (!only('int', 'long', 'signed', 'unsigned')) return undefined;
  return RANKS[longs][unsigned ? 1 : 0];
}

/**
 * The type of an integer constant (C11 6.4.4.1); `undefined` when it fits none.
 * @param decimal such a constant never becomes unsigned without saying so
 */
export function literalType(value: bigint, decimal: boolean, suffix: string): CType | undefined {
  const rank = suffix.includes('ll') ? 2 : suffix.includes('l') ? 1 : 0;
  const unsigned = suffix.includes('u');
  for (const [signedType, unsignedType] of RANKS.slice(rank)) {
    const bits = signedType.size * 8;
    if (!unsigned && value === BigInt.asIntN(bits, value)) return signedType;
    if ((unsigned || !decimal) && value === BigInt.asUintN(bits, value)) return unsignedType;
  }
  return undefined;
}

/** The type of the units of a string. */
export const unitType = (encoding: Encoding): CType =>
  encoding === '' ? CHAR : encoding === 'u8' ? UNSIGNED_CHAR : WIDE_UNITS[encoding];

/** The type of a character constant (C11 6.4.4.4, 10). */
export const characterType = (encoding: Encoding): CType => (encoding === '' ? INT : unitType(encoding));

export const floatLiteralType = (suffix: '' | 'f' | 'l'): CType =>
  suffix === 'f' ? FLOAT : suffix === 'l' ? LONG_DOUBLE : DOUBLE;

function rankOf(type: CType): 0 | 1 | 2 {
  const plain = bare(type);
  if (sizeOf(plain) > 4) return 2;
  return plain.kind === 'base' && /\blong\b/.test(plain.name) ? 1 : 0;
}

/** An integer that none of C's own words is for: `_BitInt` above 64 bits, `__int128`, Rust's `u128`. It stays what it is. */
const isWide = (type: CType): boolean => sizeOf(type) > LONG_LONG.size;

/**
 * The integer promotions; pointers and floating-point types stay what they are.
 * @param bits of a bit field, which becomes int when that holds all its values
 */
export function promoted(type: CType, bits?: number): CType {
  const plain = bare(type);
  if (isFloat(plain) || plain.kind === 'pointer') return plain;
  if (bits !== undefined && bits < 32) return INT;
  if (sizeOf(plain) < 4) return INT;
  if (plain.kind === 'enum' && !isWide(plain)) return RANKS[rankOf(plain)][plain.signed ? 0 : 1];
  return plain;
}

/** The common type of two promoted arithmetic types. */
export function commonType(a: CType, b: CType): CType {
  const floats = [a, b].filter(isFloat).map(bare);
  if (floats.length > 0) return floats.reduce((wide, type) => (sizeOf(type) > sizeOf(wide) ? type : wide));
  const size = Math.max(sizeOf(a), sizeOf(b));
  // A signed type of higher rank wins only if it is also wider: long and unsigned int become unsigned long.
  const unsigned = [a, b].some((type) => !isSigned(type) && sizeOf(type) === size);
  if ([a, b].some(isWide))
    return [a, b].map(bare).find((type) => sizeOf(type) === size && isSigned(type) === !unsigned)!;
  return RANKS[Math.max(rankOf(a), rankOf(b)) as 0 | 1 | 2][unsigned ? 1 : 0];
}

/**
 * The alignment of a type in bytes: that which its declaration asks for, else i386's ABI aligns nothing to more than 4.
 * @param seen structures that are being looked at: damaged ones may contain themselves
 */
export function alignOf(type: CType, seen = new Set<CType>()): number {
  const plain = bare(type);
  const asked = askedAlignment(type);
  if (asked !== undefined) return asked;
  const element = arrayOf(plain)?.element;
  if (seen.has(plain)) return 1;
  seen.add(plain);
  if (element) return alignOf(element, seen);
  if (plain.kind === 'struct' || plain.kind === 'union')
    return plain.members.reduce(
      (most, member) => Math.max(most, member.alignment ?? alignOf(member.type, seen)),
      1,
    );
  return Math.max(1, Math.min(sizeOf(plain), 4));
}

/** Of the outermost of its typedefs and qualifiers that has one. */
function askedAlignment(type: CType): number | undefined {
  for (let at = type; ; at = at.target) {
    if ('alignment' in at && at.alignment !== undefined) return at.alignment;
    // A loop of them is no type.
    if (bare(at).kind === 'unknown' || !isNamedAgain(at)) return undefined;
  }
}

const isNamedAgain = (type: CType): type is TypedefType | QualifiedType =>
  ['typedef', 'const', 'volatile', 'restrict', 'atomic'].includes(type.kind);

/** Do two types name the same thing, so that a value of one may be copied to the other? */
export function sameType(a: CType, b: CType): boolean {
  const [left, right] = [bare(a), bare(b)];
  if (left === right) return true;
  if (left.kind !== right.kind || sizeOf(left) !== sizeOf(right)) return false;
  if (left.kind === 'struct' || left.kind === 'union')
    return left.name !== undefined && left.name === (right as typeof left).name;
  return left.kind !== 'array';
}
