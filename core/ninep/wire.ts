/**
 * Messages of 9P2000.L: reading and building their fields, bounds-checked. Sources: the 9P2000.L protocol of diod
 * (protocol.md), Linux include/net/9p/9p.h. All numbers are little endian; a string is its length in two bytes and UTF-8.
 */
import { Errno, FileError } from './errno.ts';

/** Types of requests; the answer has the next number. */
export const Message = {
  Rlerror: 7,
  Tstatfs: 8,
  Tlopen: 12,
  Tlcreate: 14,
  Trename: 20,
  Tgetattr: 24,
  Tsetattr: 26,
  Treaddir: 40,
  Tfsync: 50,
  Tmkdir: 72,
  Trenameat: 74,
  Tunlinkat: 76,
  Tversion: 100,
  Tattach: 104,
  Tflush: 108,
  Twalk: 110,
  Tread: 116,
  Twrite: 118,
  Tclunk: 120,
  Tremove: 122,
} as const;

/** size[4] type[1] tag[2] */
export const HEADER_SIZE = 7;

export class Reader {
  private at = 0;
  private readonly view: DataView;
  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  /** @throws FileError EPROTO when the message ends before */
  private take(length: number): number {
    const from = this.at;
    if (length > this.bytes.length - from)
      throw new FileError(
        Errno.EPROTO,
        `The message has ${this.bytes.length} bytes, but ${from + length} are needed`,
      );
    this.at = from + length;
    return from;
  }
  u8(): number {
    return this.view.getUint8(this.take(1));
  }
  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }
  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }
  u64(): bigint {
    return this.view.getBigUint64(this.take(8), true);
  }
  /** A position in a file. @throws FileError EFBIG beyond 2^53 */
  offset(): number {
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new FileError(Errno.EFBIG, `The offset ${value} is too large`);
    return Number(value);
  }
  data(length: number): Uint8Array {
    const from = this.take(length);
    return this.bytes.subarray(from, from + length);
  }
  /** @throws FileError EINVAL for bytes that are no UTF-8 */
  text(): string {
    const bytes = this.data(this.u16());
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new FileError(Errno.EINVAL, 'A name is not UTF-8');
    }
  }
}

export class Writer {
  private bytes = new Uint8Array(256);
  private view = new DataView(this.bytes.buffer);
  private length = HEADER_SIZE;

  /** Where the next `by` bytes go. Call it before `view` is read, which it may exchange. */
  private grow(by: number): number {
    const from = this.length;
    this.length += by;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, this.bytes.length * 2));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return from;
  }
  get size(): number {
    return this.length;
  }
  u8(value: number): this {
    const at = this.grow(1);
    this.view.setUint8(at, value);
    return this;
  }
  u16(value: number): this {
    const at = this.grow(2);
    this.view.setUint16(at, value, true);
    return this;
  }
  u32(value: number): this {
    const at = this.grow(4);
    this.view.setUint32(at, value, true);
    return this;
  }
  u64(value: bigint | number): this {
    const at = this.grow(8);
    this.view.setBigUint64(at, BigInt(value), true);
    return this;
  }
  data(bytes: Uint8Array): this {
    const at = this.grow(bytes.length);
    this.bytes.set(bytes, at);
    return this;
  }
  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    return this.u16(bytes.length).data(bytes);
  }
  /** The message with its header. */
  finish(type: number, tag: number): Uint8Array {
    this.view.setUint32(0, this.length, true);
    this.view.setUint8(4, type);
    this.view.setUint16(5, tag, true);
    return this.bytes.slice(0, this.length);
  }
}
