/**
 * The shapes a location takes, and what a frame must offer to compute one. Shared by the evaluator, the
 * scopes and their clients. Source: DWARF 5 §2.6.
 */
import type { Sentence } from '../../core/sentences/say.ts';
import { I386 } from './constants.ts';
import type { WideRegisters } from './wide-registers.ts';

/** Register values by DWARF number; undefined where the unwinder could not recover one. */
export type Registers = readonly (number | undefined)[];

/** Memory of the machine; undefined where it cannot be read. May return fewer bytes than asked. */
export type MemoryReader = (address: number, length: number) => Uint8Array | undefined;

/** One frame as seen by location expressions. */
export interface FrameContext {
  registers: Registers;
  /** Those of floating point and vectors; absent where they are not known. */
  wide?: WideRegisters | undefined;
  pc: number;
  /** How far the image's data is from where it is linked; absent: it is there. */
  bias?: number | undefined;
  /** It has called another function, which may have changed the registers that it need not save. */
  isCalling?: boolean | undefined;
  /** The canonical frame address, computed on demand. */
  cfa: () => number | undefined;
  /** Overrides what DW_AT_frame_base of the function would give. */
  frameBase?: (() => number | undefined) | undefined;
  readMemory: MemoryReader;
}

export interface LocationPiece {
  /** Size of the piece, and its first bit inside `location`. */
  bits: number;
  bitOffset: number;
  location: Location;
}

/** Where a value is, or the value itself. */
export type Location =
  | { kind: 'memory'; address: number }
  | { kind: 'register'; number: number }
  | { kind: 'value'; bytes: Uint8Array }
  | { kind: 'pieces'; pieces: readonly LocationPiece[] }
  | { kind: 'optimised-out'; reason: Sentence; pointee?: Pointee };

/** Where a register of a frame is: saved in memory, or in a register of an inner frame, at last of the processor. */
export type Home = Extract<Location, { kind: 'memory' | 'register' }>;

/** Those of EAX to EDI, EIP and EFLAGS: every frame has them. */
const IN_REGISTERS = Array.from({ length: 10 }, (_, number): Home => ({ kind: 'register', number }));

export const inRegister = (number: number): Home => IN_REGISTERS[number] ?? { kind: 'register', number };

/** By DWARF number; undefined where nothing could be written for the register to change. */
export type Homes = readonly (Home | undefined)[];

/** What a pointer that has no value of its own points to (DW_OP_implicit_pointer): a variable, and where in it. */
export interface Pointee {
  name: string;
  dieOffset: number;
  byteOffset: number;
  /** Where what it points to is, at the same pc: often a value, never memory. */
  locate: () => Location;
}

/** Little-endian bytes as an unsigned integer. */
export function toNumber(bytes: Uint8Array): bigint {
  // Big integers are made one by one: most values are words, and views show hundreds.
  if (bytes.length <= 4) return BigInt(wordOf(bytes));
  // By way of digits: shifting would take the square of the length, and a damaged type may say any.
  let digits = '0x';
  for (let i = bytes.length - 1; i >= 0; i--) digits += bytes[i]!.toString(16).padStart(2, '0');
  return BigInt(digits);
}

/** Up to four little-endian bytes as an unsigned integer. */
export function wordOf(bytes: Uint8Array): number {
  let value = 0;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8) | bytes[i]!;
  return value >>> 0;
}

/** The low `size` bytes of `value`, little-endian. */
export function littleEndian(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const digits = BigInt.asUintN(size * 8, value).toString(16);
  for (let i = 0, end = digits.length; end > 0; i++, end -= 2)
    bytes[i] = Number.parseInt(digits.slice(Math.max(0, end - 2), end), 16);
  return bytes;
}

/** The low `size` bytes of a register, by its DWARF number; undefined where it is not known or has fewer. */
export function readRegister(
  number: number,
  size: number,
  { registers, wide }: Pick<FrameContext, 'registers' | 'wide'>,
): Uint8Array | undefined {
  const value = registers[number];
  if (value !== undefined) return size > 4 ? undefined : littleEndian(BigInt(value >>> 0), size);
  const bytes = wide?.(number);
  return bytes && size <= bytes.length ? bytes.slice(0, size) : undefined;
}

/** Which register has the upper half of a number of 64 bits, in gcc's order of registers (GCC, config/i386/i386.h), by DWARF numbers. */
const UPPER_HALF: readonly (number | undefined)[] = [
  ...[I386.edx, I386.ebx, I386.ecx, I386.esi],
  ...[undefined, undefined, I386.edi, I386.ebp],
];

/** A number that may be wider than the register it begins in: the next one has its upper half, as gdb reads it. */
export function readNumber(
  number: number,
  size: number,
  frame: Pick<FrameContext, 'registers' | 'wide'>,
): Uint8Array | undefined {
  const upper = size === 8 ? UPPER_HALF[number] : undefined;
  const [low, high] = [frame.registers[number], upper === undefined ? undefined : frame.registers[upper]];
  if (low === undefined || high === undefined) return readRegister(number, size, frame);
  return littleEndian((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0), size);
}

/**
 * The `size` bytes of a value at `location`; undefined with optimised-out or unreadable parts. Registers give
 * their low bytes, a value longer than the register is refused.
 */
export function readLocation(
  location: Location,
  size: number,
  from: Pick<FrameContext, 'registers' | 'wide' | 'readMemory'>,
): Uint8Array | undefined {
  switch (location.kind) {
    case 'memory': {
      const bytes = from.readMemory(location.address, size);
      if (!bytes || bytes.length < size) return undefined;
      return bytes.length === size ? bytes : bytes.subarray(0, size);
    }
    case 'register':
      return readRegister(location.number, size, from);
    case 'value': {
      const bytes = new Uint8Array(size);
      bytes.set(location.bytes.subarray(0, size));
      return bytes;
    }
    case 'pieces': {
      let value = 0n;
      let shift = 0;
      for (const piece of location.pieces) {
        if (shift >= size * 8) break;
        const bytes = readLocation(piece.location, Math.ceil((piece.bits + piece.bitOffset) / 8), from);
        if (!bytes) return undefined;
        value |= BigInt.asUintN(piece.bits, toNumber(bytes) >> BigInt(piece.bitOffset)) << BigInt(shift);
        shift += piece.bits;
      }
      return littleEndian(value, size);
    }
    case 'optimised-out':
      return undefined;
  }
}
