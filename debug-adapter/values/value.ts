/** Typed values of a stopped program: a C type and where its bytes are, or the bytes themselves. */
import { readLocation, type Location, type MemoryReader, type Registers } from '../symbols/location.ts';
import type { CType } from '../symbols/types.ts';

/** A value that expressions and views work with. */
export interface TypedValue {
  readonly type: CType;
  readonly location: Location;
}

/** Where values are read from. */
export interface ValueContext {
  readonly registers: Registers;
  readonly readMemory: MemoryReader;
}

export const UNSIGNED: CType = { kind: 'base', name: 'unsigned int', size: 4, encoding: 'unsigned' };
export const INT: CType = { kind: 'base', name: 'int', size: 4, encoding: 'signed' };
const LONG_LONG: CType = { kind: 'base', name: 'long long', size: 8, encoding: 'signed' };
const UNSIGNED_LONG_LONG: CType = { kind: 'base', name: 'unsigned long long', size: 8, encoding: 'unsigned' };

/** The type without typedefs and qualifiers. Broken input may be a loop, so the depth is bounded. */
export function bare(type: CType): CType {
  let result = type;
  for (let depth = 0; depth < 64; depth++) {
    switch (result.kind) {
      case 'typedef':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'atomic':
        result = result.target;
        break;
      default:
        return result;
    }
  }
  return { kind: 'unknown', name: 'a type that contains itself', size: 0 };
}

/** Size in bytes; 0 when it is not known. */
export function sizeOf(type: CType): number {
  const plain = bare(type);
  switch (plain.kind) {
    case 'base':
    case 'pointer':
    case 'struct':
    case 'union':
    case 'enum':
    case 'unknown':
      return plain.size;
    case 'array':
      return plain.dimensions.reduce(
        (product: number, length) => product * (length ?? 0),
        sizeOf(plain.element),
      );
    default:
      return 0;
  }
}

/** The element type and length of an array, dimension by dimension. */
export function arrayOf(type: CType): { element: CType; length: number } | undefined {
  const plain = bare(type);
  if (plain.kind !== 'array') return undefined;
  const [first, ...rest] = plain.dimensions;
  const element: CType =
    rest.length > 0 ? { kind: 'array', element: plain.element, dimensions: rest } : plain.element;
  return { element, length: first ?? 0 };
}

/** The bytes of a value, or `undefined` when they are gone or cannot be read. */
export function bytesOf(value: TypedValue, { registers, readMemory }: ValueContext): Uint8Array | undefined {
  return readLocation(value.location, sizeOf(value.type), registers, readMemory);
}

/** Is it a floating-point type? */
export function isFloat(type: CType): boolean {
  const plain = bare(type);
  return plain.kind === 'base' && plain.encoding === 'float';
}

/** Is it a type whose values are integers (pointers and enumerations too)? */
export function isScalar(type: CType): boolean {
  const { kind } = bare(type);
  return kind === 'base' || kind === 'pointer' || kind === 'enum';
}

export function isSigned(type: CType): boolean {
  const plain = bare(type);
  if (plain.kind === 'enum') return plain.signed;
  return plain.kind === 'base' && (plain.encoding === 'signed' || plain.encoding === 'signed-char');
}

/** Little-endian bytes as an integer of a type. */
export function integerOf(bytes: Uint8Array, type: CType): bigint {
  let value = 0n;
  for (let n = bytes.length - 1; n >= 0; n--) value = (value << 8n) | BigInt(bytes[n]);
  return isSigned(type) ? BigInt.asIntN(bytes.length * 8, value) : value;
}

/** A value made of an integer. */
export function fromInteger(value: bigint, type: CType): TypedValue {
  const size = sizeOf(type) || 4;
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(size * 8, value);
  for (let n = 0; n < size; n++) {
    bytes[n] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return { type, location: { kind: 'value', bytes } };
}

/**
 * The type of a literal (C11 6.4.4.1, without the ranks a 32-bit kernel cannot tell apart); `undefined` when it fits none.
 * @param hex not decimal: may become unsigned without saying so.
 */
export function literalType(value: bigint, hex: boolean, suffix: string): CType | undefined {
  const unsigned = suffix.includes('u');
  const long = suffix.includes('ll');
  if (!long && !unsigned && value <= 0x7fff_ffffn) return INT;
  if (!long && (unsigned || hex) && value <= 0xffff_ffffn) return UNSIGNED;
  if (!unsigned && value <= 0x7fff_ffff_ffff_ffffn) return LONG_LONG;
  return (unsigned || hex) && value <= 0xffff_ffff_ffff_ffffn ? UNSIGNED_LONG_LONG : undefined;
}

/** The common type of two operands (usual arithmetic conversions). */
export function commonType(a: CType, b: CType): CType {
  // Arrays and functions stand for their addresses.
  const sizeOfValue = (type: CType) => (isScalar(type) ? sizeOf(type) : 4);
  const size = Math.max(sizeOfValue(a), sizeOfValue(b), 4);
  const unsigned = [a, b].some((type) => sizeOfValue(type) === size && !isSigned(type));
  if (size > 4) return unsigned ? UNSIGNED_LONG_LONG : LONG_LONG;
  return unsigned ? UNSIGNED : INT;
}
