/** Offsets of a first byte, and of that behind the last one. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** How many bytes `Bytes.unsigned` makes of a number. */
export const sizeOfUnsigned = (value: number): number => 1 + Math.floor((31 - Math.clz32(value | 1)) / 7);

/** How wide a number is whose value comes later: the widest form of 32 bits. */
const GAP = 5;

/** Puts a number into the bytes that `Bytes.gap` has left for it. @param value from 0 to 2^31 - 1, so that it reads the same with a sign and without */
export function fillGap(bytes: Uint8Array, at: number, value: number): void {
  for (let n = 0; n < GAP - 1; n++) bytes[at + n] = ((value >>> (7 * n)) & 0x7f) | 0x80;
  bytes[at + GAP - 1] = value >>> (7 * (GAP - 1));
}

/** A growing array of bytes with the number formats of WebAssembly modules (Core Specification 5.2.2: LEB128). */
export class Bytes {
  private data: Uint8Array<ArrayBuffer>;
  length = 0;

  /** @param capacity so many bytes have room before more is needed */
  constructor(capacity = 256) {
    this.data = new Uint8Array(capacity);
  }

  byte(value: number): void {
    if (this.length === this.data.length) this.grow(1);
    this.data[this.length++] = value;
  }

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.data.length) this.grow(bytes.length);
    this.data.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Takes ranges out, which are in order. */
  cut(ranges: readonly Range[]): void {
    let kept = ranges[0]?.from ?? this.length;
    for (const [n, { to }] of ranges.entries()) {
      const next = ranges[n + 1]?.from ?? this.length;
      this.data.copyWithin(kept, to, next);
      kept += next - to;
    }
    this.length = kept;
  }

  /** Unsigned 32 bits. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Room for a number that `fillGap` puts there. @returns its offset */
  gap(): number {
    const at = this.length;
    for (let n = 0; n < GAP; n++) this.byte(0);
    return at;
  }

  /** Signed 32 bits. */
  signed(value: number): void {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
        this.byte(low);
        return;
      }
      this.byte(low | 0x80);
    }
  }

  /** Signed 64 bits, from two halves. */
  signed64(low: number, high: number): void {
    let lo = low | 0;
    let hi = high | 0;
    for (;;) {
      const bits = lo & 0x7f;
      lo = (lo >>> 7) | (hi << 25);
      hi >>= 7;
      const sign = (bits & 0x40) !== 0 ? -1 : 0;
      if (lo === sign && hi === sign) {
        this.byte(bits);
        return;
      }
      this.byte(bits | 0x80);
    }
  }

  /** Its length and then the bytes. */
  vector(bytes: Bytes): void {
    this.unsigned(bytes.length);
    this.append(bytes.view());
  }

  name(text: string): void {
    this.unsigned(text.length);
    for (let at = 0; at < text.length; at++) this.byte(text.charCodeAt(at));
  }

  view(): Uint8Array<ArrayBuffer> {
    return this.data.subarray(0, this.length);
  }

  private grow(more: number): void {
    const data = new Uint8Array(Math.max(this.data.length * 2, this.length + more));
    data.set(this.data);
    this.data = data;
  }
}
