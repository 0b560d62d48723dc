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

  push(...row: number[]): void {
    const at = this.count * this.width;
    if (at + this.width > this.data.length) {
      const grown = new Uint32Array(this.data.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    for (let i = 0; i < this.width; i++) this.data[at + i] = row[i]!;
    this.count++;
  }

  /** The columns as arrays of their own, rows ordered by column `key` (stable). */
  sorted(key = 0): Uint32Array[] {
    const { width, data, count } = this;
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    order.sort((a, b) => data[a * width + key]! - data[b * width + key]! || a - b);
    return Array.from({ length: width }, (_, column) => {
      const result = new Uint32Array(count);
      for (let i = 0; i < count; i++) result[i] = data[order[i]! * width + column]!;
      return result;
    });
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

/** FNV-1a of the bytes. */
export function hashBytes(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
