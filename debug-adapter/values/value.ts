/** Typed values of a stopped program: a C type and where its bytes are, or the bytes themselves. */
import type { Space } from '../../core/protocol/machine-protocol.ts';
import { littleEndian, readLocation, toNumber, type Location, type Registers } from '../symbols/location.ts';
import { type BareType, type CType, sizeOfType, stripType } from '../symbols/types.ts';
import { bitsOfRegister, isX87, type WideRegisters } from '../symbols/wide-registers.ts';
import { say, type Sentence } from '../../core/sentences/say.ts';
import { narrowed, X87_BYTES } from './x87-format.ts';

/** Reads up to `length` bytes; `space` is that of the frame when absent. */
export type SpaceReader = (address: number, length: number, space?: Space) => Uint8Array | undefined;

/** A register of the processor, or a part of one that begins `bitOffset` bits into it. */
export interface RegisterPart {
  readonly name: string;
  /** What all of it holds; `undefined` for one that is empty. */
  readonly whole: Uint8Array | undefined;
  readonly bitOffset: number;
}

/** A value that expressions and views work with. */
export interface TypedValue {
  readonly type: CType;
  /** A bit field is a location of one or more pieces with fewer bits than its type. */
  readonly location: Location;
  /** Whose memory `location` is in, and what a pointer points into; absent for that of the frame. */
  readonly space?: Space | undefined;
  /** The register that this is in, when it is one that DWARF has no number for. */
  readonly register?: RegisterPart | undefined;
}

/** Where values are read from. */
export interface ValueContext {
  readonly registers: Registers;
  /** Those of floating point and vectors; absent where they are not known. */
  readonly wide?: WideRegisters | undefined;
  readonly readMemory: SpaceReader;
}

/** Size in bytes; 0 for types without one. Damaged debug information may say anything. */
export function sizeOf(type: CType): number {
  const size = sizeOfType(type);
  return size > 0 ? Math.min(size, 2 ** 32) : 0;
}

export const bare: (type: CType) => BareType = stripType;

/** The element type and length of an array, dimension by dimension; the length is 0 when it is not known. */
export function arrayOf(type: CType): { element: CType; length: number } | undefined {
  const plain = bare(type);
  if (plain.kind !== 'array') return undefined;
  const [first, ...rest] = plain.dimensions;
  const counted = plain.counted?.slice(1);
  const element: CType =
    rest.length > 0
      ? { kind: 'array', element: plain.element, dimensions: rest, ...(counted && { counted }) }
      : plain.element;
  return { element, length: first ?? 0 };
}

/** Has an array, in any dimension, a length that is not known in the frame that is looked at? */
export function isCountedUnknown(type: CType): boolean {
  const plain = bare(type);
  return plain.kind === 'array' && (plain.counted?.some((position) => position !== undefined) ?? false);
}

/** What a pointer or an array points to. */
export function targetOf(type: CType): CType | undefined {
  const plain = bare(type);
  return plain.kind === 'pointer' ? plain.target : arrayOf(type)?.element;
}

export const pointerTo = (target: CType): CType => ({ kind: 'pointer', size: 4, target });

/** Bits of a location that has fewer of them than its type: a bit field. */
function fieldBits(location: Location, size: number): number | undefined {
  if (location.kind !== 'pieces') return undefined;
  const bits = location.pieces.reduce((sum, piece) => sum + piece.bits, 0);
  return bits < size * 8 ? bits : undefined;
}

/** Bytes of the largest value that is taken as a whole; views read larger ones in parts. */
const MAX_VALUE = 1 << 20;

/** The bytes of a value, or `undefined` when they are gone, cannot be read or are too many. */
export function bytesOf(value: TypedValue, context: ValueContext): Uint8Array | undefined {
  const { location, space, type } = value;
  const { registers, wide } = context;
  const size = sizeOf(type);
  if (size > MAX_VALUE) return undefined;
  if (location.kind === 'memory') {
    const bytes = context.readMemory(location.address, size, space);
    if (!bytes || bytes.length < size) return undefined;
    return bytes.length === size ? bytes : bytes.subarray(0, size);
  }
  if (location.kind === 'value') return readLocation(location, size, context);
  const readMemory = (address: number, length: number) => context.readMemory(address, length, space);
  if (isInX87(value)) {
    const register = readLocation(location, X87_BYTES, { registers, wide, readMemory });
    return register && narrowed(register, size);
  }
  const bytes = readLocation(location, size, { registers, wide, readMemory });
  const bits = bytes && isSigned(type) ? fieldBits(location, size) : undefined;
  return bits === undefined ? bytes : littleEndian(BigInt.asIntN(bits, toNumber(bytes!)), size);
}

/** Is it a `float` or `double` in a register of the x87, which has it in a format of its own? */
export function isInX87({ location, type }: TypedValue): boolean {
  return location.kind === 'register' && isX87(location.number) && isFloat(type) && sizeOf(type) < X87_BYTES;
}

/**
 * Where `bits` bits lie that begin `offset` bits into a location.
 * @param field they are fewer than the type of the part has: a bit field, even one that is whole bytes
 */
function sliceLocation(location: Location, offset: number, bits: number, field: boolean): Location {
  const whole = offset % 8 === 0 && bits % 8 === 0 && !field;
  switch (location.kind) {
    case 'optimised-out':
      return location;
    case 'memory': {
      const address = (location.address + Math.floor(offset / 8)) >>> 0;
      if (whole) return { kind: 'memory', address };
      return {
        kind: 'pieces',
        pieces: [{ bits, bitOffset: offset % 8, location: { kind: 'memory', address } }],
      };
    }
    case 'value':
      if (offset + bits > location.bytes.length * 8)
        return { kind: 'optimised-out', reason: say`this part was not kept` };
      if (whole) return { kind: 'value', bytes: location.bytes.slice(offset / 8, (offset + bits) / 8) };
      return { kind: 'pieces', pieces: [{ bits, bitOffset: offset, location }] };
    case 'register': {
      const all = bitsOfRegister(location.number);
      if (offset + bits > all) return { kind: 'optimised-out', reason: say`this part was not kept` };
      if (offset === 0 && bits === all && !field) return location;
      return { kind: 'pieces', pieces: [{ bits, bitOffset: offset, location }] };
    }
    case 'pieces':
      return slicePieces(location.pieces, offset, bits, field);
  }
}

function slicePieces(
  pieces: Extract<Location, { kind: 'pieces' }>['pieces'],
  offset: number,
  bits: number,
  field: boolean,
): Location {
  const parts: { bits: number; bitOffset: number; location: Location }[] = [];
  let at = 0;
  for (const piece of pieces) {
    const low = Math.max(offset, at);
    const high = Math.min(offset + bits, at + piece.bits);
    if (low < high)
      parts.push({ bits: high - low, bitOffset: piece.bitOffset + low - at, location: piece.location });
    at += piece.bits;
  }
  const gone = parts.find(({ location }) => location.kind === 'optimised-out');
  if (gone) return gone.location;
  if (at < offset + bits) return { kind: 'optimised-out', reason: say`this part was not kept` };
  const [only] = parts;
  // A whole object in one place is that object, with its address.
  if (parts.length === 1) return sliceLocation(only.location, only.bitOffset, only.bits, field);
  return { kind: 'pieces', pieces: parts };
}

/** A part of a value: `bits` bits that begin `offset` bits into it, as a value of a type. */
export function partOf(value: TypedValue, type: CType, offset: number, bits = sizeOf(type) * 8): TypedValue {
  // A flexible array has no bits but an address; nothing of it is anywhere else than in memory.
  const { location, register } = value;
  const part =
    bits === 0 && location.kind === 'memory'
      ? { ...location, address: (location.address + offset / 8) >>> 0 }
      : sliceLocation(location, offset, bits, bits < sizeOf(type) * 8);
  const inRegister = register && { ...register, bitOffset: register.bitOffset + offset };
  return { type, location: part, space: value.space, register: inRegister };
}

/** Why a value has no bytes: the reason of the first part that is optimised out. */
export function lostPart(location: Location): Sentence | undefined {
  if (location.kind === 'optimised-out') return location.reason;
  if (location.kind !== 'pieces') return undefined;
  for (const piece of location.pieces) {
    const reason = lostPart(piece.location);
    if (reason) return reason;
  }
  return undefined;
}

/** Does the type have as many bytes as a number may have? */
const isNumberSized = ({ size }: { readonly size: number }) => size >= 1 && size <= 16;

/**
 * What a pointer points to that the compiler has kept apart from memory: it has no value then, but its target is known
 * (DW_OP_implicit_pointer). @param type of the target
 */
export function implicitTarget({ location }: TypedValue, type: CType): TypedValue | undefined {
  if (location.kind !== 'optimised-out' || !location.pointee) return undefined;
  const { byteOffset, locate } = location.pointee;
  return byteOffset < 0 ? undefined : partOf({ type, location: locate() }, type, byteOffset * 8);
}

/** Is it a floating-point type that can be computed with: 32, 64 or 80 bits and padding? */
export function isFloat(type: CType): boolean {
  const plain = bare(type);
  if (plain.kind !== 'base' || plain.encoding !== 'float') return false;
  return plain.size === 4 || plain.size === 8 || (plain.size >= 10 && plain.size <= 16);
}

const COMPLEX: ReadonlySet<string> = new Set(['complex', 'complex-integer']);

/** Is it a complex type, of two numbers? */
export function isComplex(type: CType): boolean {
  const plain = bare(type);
  return plain.kind === 'base' && COMPLEX.has(plain.encoding);
}

export function isBoolean(type: CType): boolean {
  const plain = bare(type);
  return plain.kind === 'base' && plain.encoding === 'boolean';
}

/** Is it a type whose values are integers (enumerations too)? */
export function isInteger(type: CType): boolean {
  const plain = bare(type);
  if (plain.kind !== 'enum' && plain.kind !== 'base') return false;
  const whole = plain.kind === 'enum' || (plain.encoding !== 'float' && !COMPLEX.has(plain.encoding));
  return whole && isNumberSized(plain);
}

export function isPointer(type: CType): boolean {
  const plain = bare(type);
  return plain.kind === 'pointer' && isNumberSized(plain);
}

/** Is it a reference of C++? One to another, which only damaged debug information has, is a pointer. */
export function isReference(type: CType): boolean {
  const isMarked = (one: BareType) => one.kind === 'pointer' && one.isReference !== undefined;
  const plain = bare(type);
  return isMarked(plain) && !isMarked(bare(targetOf(plain)!));
}

export const isScalar = (type: CType): boolean => isInteger(type) || isFloat(type) || isPointer(type);

export function isRecord(type: CType): boolean {
  const { kind } = bare(type);
  return kind === 'struct' || kind === 'union';
}

export function isSigned(type: CType): boolean {
  const plain = bare(type);
  if (plain.kind === 'enum') return plain.signed;
  return plain.kind === 'base' && (plain.encoding === 'signed' || plain.encoding === 'signed-char');
}

/** Is it `char`, `signed char` or `unsigned char`? */
export function isCharacter(type: CType): boolean {
  const plain = bare(type);
  return plain.kind === 'base' && plain.size === 1 && plain.encoding.endsWith('-char');
}

/** Is it what C calls `unsigned char`, of which bytes are made? */
export function isUnsignedCharacter(type: CType): boolean {
  const plain = bare(type);
  return isCharacter(plain) && plain.kind === 'base' && plain.encoding === 'unsigned-char';
}

/** Little-endian bytes as an integer of a type. */
export function integerOf(bytes: Uint8Array, type: CType): bigint {
  const value = toNumber(bytes);
  return isSigned(type) ? BigInt.asIntN(bytes.length * 8, value) : value;
}
