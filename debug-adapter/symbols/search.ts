/**
 * Binary search and growth of typed arrays, the only data structures the indexes of this folder are made of.
 */

/** The index of the first element greater than `value` in an ascending array. */
export function upperBound(array: ArrayLike<number>, value: number, from = 0, to = array.length): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (array[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the first element not less than `value` in an ascending array. */
export function lowerBound(array: ArrayLike<number>, value: number, from = 0, to = array.length): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (array[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A growing table of unsigned 32-bit columns. */
export class Columns {
  private data: Uint32Array;
  count = 0;

  constructor(
    private readonly width: number,
    capacity = 64,
  ) {
    this.data = new Uint32Array(width * Math.max(1, capacity));
  }

  /** No list of values: a row would make an array. */
  push(first: number, second = 0, third = 0, fourth = 0): void {
    const at = this.count * this.width;
    if (at + this.width > this.data.length) {
      const grown = new Uint32Array(this.data.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[at] = first;
    if (this.width > 1) this.data[at + 1] = second;
    if (this.width > 2) this.data[at + 2] = third;
    if (this.width > 3) this.data[at + 3] = fourth;
    this.count++;
  }

  /** The columns as arrays of their own, rows as they came. */
  all(): Uint32Array[] {
    const { width, data, count } = this;
    return Array.from({ length: width }, (_, column) => {
      const result = new Uint32Array(count);
      for (let i = 0; i < count; i++) result[i] = data[i * width + column]!;
      return result;
    });
  }

  /** The columns as arrays of their own, rows ordered by column `key` (stable). */
  sorted(key = 0): Uint32Array[] {
    const { width, data, count } = this;
    const order = sortedOrder(count, (i) => data[i * width + key]!);
    return Array.from({ length: width }, (_, column) => {
      const result = new Uint32Array(count);
      for (let i = 0; i < count; i++) result[i] = data[order[i]! * width + column]!;
      return result;
    });
  }
}

/** Bits of a digit, of which a word has three. */
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/**
 * The numbers 0 to `count - 1` ordered by `key` (stable); a key is a whole number of at least 0, of 53 bits at most. Sorted by digits, the
 * lowest first: hundreds of thousands take a few milliseconds, in which nobody else has a turn.
 */
export function sortedOrder(count: number, key: (index: number) => number): Uint32Array {
  const low = new Uint32Array(count);
  const high = new Uint32Array(count);
  let order = new Uint32Array(count);
  let isLong = false;
  for (let i = 0; i < count; i++) {
    const value = key(i);
    order[i] = i;
    low[i] = value;
    high[i] = value / 2 ** 32;
    isLong ||= high[i] !== 0;
  }
  for (const words of isLong ? [low, high] : [low])
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) order = byDigit(order, words, shift);
  return order;
}

function byDigit(order: Uint32Array, words: Uint32Array, shift: number): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(DIGITS);
  for (const word of words) next[(word >>> shift) & (DIGITS - 1)]!++;
  let first = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = next[digit]!;
    next[digit] = first;
    first += count;
  }
  const sorted = new Uint32Array(order.length);
  for (const row of order) sorted[next[(words[row]! >>> shift) & (DIGITS - 1)]!++] = row;
  return sorted;
}

/** A growing set of pairs of unsigned 32-bit numbers, of which `a` is spread evenly: open addressing, no objects. */
export class PairSet {
  private data = new Uint32Array(2 << 12);
  private used = new Uint8Array(1 << 12);
  private count = 0;

  /** Adds the pair; false when it was there. */
  add(a: number, b: number): boolean {
    if (this.count * 2 >= this.used.length) this.grow();
    return this.place(a, b);
  }

  private place(a: number, b: number): boolean {
    const { data, used } = this;
    const mask = used.length - 1;
    let at = (a ^ Math.imul(b, HASH_PRIME)) & mask;
    for (; used[at] !== 0; at = (at + 1) & mask)
      if (data[at * 2] === a && data[at * 2 + 1] === b) return false;
    used[at] = 1;
    data[at * 2] = a;
    data[at * 2 + 1] = b;
    this.count++;
    return true;
  }

  private grow(): void {
    const { data, used } = this;
    this.data = new Uint32Array(data.length * 2);
    this.used = new Uint8Array(used.length * 2);
    this.count = 0;
    used.forEach((isUsed, at) => isUsed && this.place(data[at * 2]!, data[at * 2 + 1]!));
  }
}

/** A half-open range of addresses. */
export interface AddressRange {
  low: number;
  high: number;
}

/** True when one of `ranges` holds `address`. */
export function rangesContain(ranges: readonly AddressRange[], address: number): boolean {
  return ranges.some((range) => address >= range.low && address < range.high);
}

/** Sorts ranges and joins those that touch or overlap. */
export function mergeRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const merged: AddressRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.low - b.low)) {
    const last = merged.at(-1);
    if (last && range.low <= last.high) last.high = Math.max(last.high, range.high);
    else merged.push({ ...range });
  }
  return merged;
}

/** FNV-1a: the offset basis, and the prime that each byte multiplies by. */
export const HASH_START = 0x811c9dc5;
export const HASH_PRIME = 0x01000193;

/** FNV-1a of the bytes. */
export function hashBytes(bytes: Uint8Array): number {
  let hash = HASH_START;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, HASH_PRIME);
  return hash >>> 0;
}

const LESS_THAN = 0x3c;

/** Two hashes of a name: of all of it, and of what stands before the arguments of a template, so that both spellings are found. */
export interface NameHash {
  whole: number;
  key: number;
}

/** Hashes the name that begins at `offset` and ends at a NUL or with the bytes. */
export function hashName(bytes: Uint8Array, offset: number, into: NameHash): void {
  let hash = HASH_START;
  let key: number | undefined;
  for (let at = offset; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === 0) break;
    if (byte === LESS_THAN && at > offset) key ??= hash;
    hash = Math.imul(hash ^ byte, HASH_PRIME);
  }
  into.whole = hash >>> 0;
  into.key = (key ?? hash) >>> 0;
}
