/**
 * A bounds-checked little-endian reader over one section's bytes, and the LEB128 codings of DWARF 5 §7.6.
 * It owns no memory and copies nothing. Every read outside `[pos, end)` is a `SymbolError`, so no reader built
 * on it can run away on truncated input.
 */
import { hex, SymbolError } from './errors.ts';
import { say } from '../../core/sentences/say.ts';

const decoder = new TextDecoder();
const empty = new Uint8Array(0);

/** The bytes of the NUL-terminated string at `offset`, without its terminator. */
export function cStringBytes(bytes: Uint8Array, offset: number, what: string): Uint8Array {
  if (offset < 0 || offset >= bytes.length) {
    throw new SymbolError(
      'dwarf-truncated',
      say`A string at ${hex(offset)} was expected inside ${what} (${bytes.length} bytes); rebuild the file, it is damaged.`,
    );
  }
  const end = bytes.indexOf(0, offset);
  return bytes.subarray(offset, end < 0 ? bytes.length : end);
}

/** What stands before a part of a section. */
export interface InitialLength {
  /** One past the last byte of the part. */
  readonly end: number;
  /** It is in the 64-bit format: offsets into sections have 8 bytes. */
  readonly wide: boolean;
}

/** The NUL-terminated UTF-8 string at `offset`. */
export function cString(bytes: Uint8Array, offset: number, what: string): string {
  return decoder.decode(cStringBytes(bytes, offset, what));
}

export class Cursor {
  pos: number;
  readonly end: number;

  /** `what` names the section in error messages. */
  constructor(
    readonly bytes: Uint8Array,
    start: number,
    end: number,
    readonly what: string,
  ) {
    this.end = Math.min(end, bytes.length);
    this.pos = start;
    if (start < 0 || start > this.end) this.fail(0);
  }

  get done(): boolean {
    return this.pos >= this.end;
  }

  private fail(size: number): never {
    throw new SymbolError(
      'dwarf-truncated',
      say`${size} more bytes were expected at ${hex(this.pos)} of ${this.what}, which ends at ${hex(this.end)}; the file is damaged or cut short, rebuild it.`,
    );
  }

  /** Advances by `size` bytes and returns the old position. */
  take(size: number): number {
    const at = this.pos;
    if (!(size >= 0) || size > this.end - at) this.fail(size);
    this.pos = at + size;
    return at;
  }

  u8(): number {
    return this.bytes[this.take(1)]!;
  }

  s8(): number {
    return (this.u8() << 24) >> 24;
  }

  u16(): number {
    const at = this.take(2);
    return this.bytes[at]! | (this.bytes[at + 1]! << 8);
  }

  s16(): number {
    return (this.u16() << 16) >> 16;
  }

  u24(): number {
    const at = this.take(3);
    return this.bytes[at]! | (this.bytes[at + 1]! << 8) | (this.bytes[at + 2]! << 16);
  }

  u32(): number {
    return this.s32() >>> 0;
  }

  s32(): number {
    const at = this.take(4);
    const bytes = this.bytes;
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }

  u64(): bigint {
    const low = this.u32();
    return (BigInt(this.u32()) << 32n) | BigInt(low);
  }

  s64(): bigint {
    return BigInt.asIntN(64, this.u64());
  }

  /** An unsigned integer of 1, 2, 4 or 8 bytes; 8-byte values are reduced modulo 2^32 (i386 addresses). */
  unsigned(size: number): number {
    if (size === 1) return this.u8();
    if (size === 2) return this.u16();
    if (size === 4) return this.u32();
    const low = this.u32();
    this.take(4);
    return low;
  }

  /** ULEB128 as a number; exact to 2^53. */
  uleb(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
      if (scale > 2 ** 70) scale = 0;
    }
  }

  /** SLEB128 as a number; exact to ±2^53. */
  sleb(): number {
    return Number(this.slebBig());
  }

  ulebBig(): bigint {
    let value = 0n;
    let shift = 0n;
    for (;;) {
      const byte = this.u8();
      if (shift < 64n) value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
  }

  slebBig(): bigint {
    let low = 0;
    let shift = 0;
    const start = this.pos;
    // The short form first: nearly every SLEB128 in practice fits 28 bits.
    while (shift < 28) {
      const byte = this.u8();
      low |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) return BigInt((low << (32 - shift)) >> (32 - shift));
    }
    this.pos = start;
    let value = 0n;
    let bits = 0n;
    for (;;) {
      const byte = this.u8();
      if (bits < 64n) value |= BigInt(byte & 0x7f) << bits;
      bits += 7n;
      if (byte < 0x80) return BigInt.asIntN(Number(bits < 64n ? bits : 64n), value);
    }
  }

  skipLeb(): void {
    while (this.u8() >= 0x80);
  }

  block(size: number): Uint8Array {
    if (size === 0) return empty;
    const at = this.take(size);
    return this.bytes.subarray(at, at + size);
  }

  cString(): string {
    return decoder.decode(this.cStringBytes());
  }

  cStringBytes(): Uint8Array {
    const at = this.pos;
    const end = this.bytes.indexOf(0, at);
    if (end < 0 || end >= this.end) this.fail(1);
    this.pos = end + 1;
    return this.bytes.subarray(at, end);
  }

  skipCString(): void {
    const end = this.bytes.indexOf(0, this.pos);
    if (end < 0 || end >= this.end) this.fail(1);
    this.pos = end + 1;
  }

  /** An offset into a section: of 4 bytes, or of 8 in the 64-bit format, of which no section on an i386 needs the upper half. */
  offset(wide: boolean): number {
    return this.unsigned(wide ? 8 : 4);
  }

  /** The initial length of DWARF 5 §7.4. Reserved values are refused. */
  initialLength(): InitialLength {
    const at = this.pos;
    const first = this.u32();
    if (first >= 0xfffffff0 && first !== 0xffffffff) {
      throw new SymbolError(
        'dwarf-length',
        say`A DWARF length was expected at ${hex(at)} of ${this.what}, a reserved value was found; the file is damaged, rebuild it.`,
      );
    }
    const wide = first === 0xffffffff;
    const length = wide ? Number(this.u64()) : first;
    if (length > this.end - this.pos) this.fail(length);
    return { end: this.pos + length, wide };
  }
}
