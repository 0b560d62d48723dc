/**
 * The entropy coders of Zstandard: tables of finite state entropy (FSE) and of Huffman codes, and the streams of bits that are read
 * by them from their end. Source: RFC 8878 §4.1, §4.2.
 *
 * Tables are made of the bytes of a block, with `PADDING` readable bytes around it: what a damaged block has read beyond its end is
 * refused by who asked, before it matters.
 */

/** Bytes around a block that reads may touch. */
export const PADDING = 8;

/** What a Zstandard stream should be and is not. */
export class ZstdError extends Error {}

/**
 * By the state: the symbol it stands for (bits 0 to 7), and how the next state is made: so many bits of the stream (8 to 15), added to a
 * base (16 to 31). In one word, for three of them are looked up for some ten bytes of content.
 */
export interface FseTable {
  /** Bits of a state. */
  readonly log: number;
  readonly entries: Uint32Array;
}

/** By the next `log` bits of the stream: the symbol, above the length of its code in the lowest 4 bits. */
export interface HuffmanTable {
  readonly log: number;
  readonly entries: Uint16Array;
}

const MAX_WEIGHTS = 255;
const MAX_WEIGHT = 11;
const WEIGHTS_LOG = 6;

const log2 = (value: number): number => 31 - Math.clz32(value);

/** The number of bits of a stream that ends at `end`: its last byte has a set bit above them. */
export function bitsBefore(bytes: Uint8Array, start: number, end: number): number {
  const last = end > start ? bytes[end - 1]! : 0;
  if (last === 0) throw new ZstdError('a stream of bits without an end');
  return (end - start - 1) * 8 + log2(last);
}

/** `count` bits, 25 at most, from bit `at` of what begins at byte `start`; `at` may be some bits below 0. */
export function bitsAt(view: DataView, start: number, at: number, count: number): number {
  return (view.getUint32(start + (at >> 3), true) >>> (at & 7)) & ((1 << count) - 1);
}

/** A table with one symbol, which takes no bits. */
export const constantTable = (symbol: number): FseTable => ({
  log: 0,
  entries: Uint32Array.of(symbol),
});

/** @param shares of the symbols in 2 to the power of `log` states; -1 is one state that begins anew (RFC 8878 §4.1.1) */
export function fseTable(shares: readonly number[], log: number): FseTable {
  const size = 1 << log;
  const entries = new Uint32Array(size);
  const next = new Uint16Array(shares.length);
  let high = size;
  for (const [s, share] of shares.entries()) {
    next[s] = Math.abs(share);
    if (share === -1) entries[--high] = s;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (const [s, share] of shares.entries()) {
    for (let n = 0; n < share; n++) {
      entries[at] = s;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  }
  for (let state = 0; state < size; state++) {
    const symbol = entries[state]!;
    const value = next[symbol]!++;
    const bits = log - log2(value);
    entries[state] = (((value << bits) - size) << 16) | (bits << 8) | symbol;
  }
  return { log, entries };
}

/**
 * The table that is described at `start`, and where its description ends.
 * @param most symbols
 */
export function readFseTable(
  view: DataView,
  start: number,
  most: number,
  maxLog: number,
): { readonly table: FseTable; readonly end: number } {
  const log = bitsAt(view, start, 0, 4) + 5;
  if (log > maxLog) throw new ZstdError('states of too many bits');
  const shares: number[] = [];
  let left = 1 << log;
  let at = 4;
  while (left > 0) {
    if (shares.length >= most) throw new ZstdError('too many symbols');
    // Values up to left + 1; the smallest of them take one bit less.
    const bits = log2(left + 1) + 1;
    const mask = (1 << (bits - 1)) - 1;
    const spare = (1 << bits) - 2 - left;
    let value = bitsAt(view, start, at, bits);
    at += bits;
    if ((value & mask) < spare) {
      value &= mask;
      at--;
    } else if (value > mask) value -= spare;
    const share = value - 1;
    shares.push(share);
    left -= Math.abs(share);
    if (share !== 0) continue;
    for (let zeros = 3; zeros === 3; at += 2) {
      zeros = bitsAt(view, start, at, 2);
      for (let n = 0; n < zeros; n++) shares.push(0);
      if (shares.length > most) throw new ZstdError('too many symbols');
    }
  }
  if (left < 0 || shares.length > most) throw new ZstdError('shares that are more than the whole');
  return { table: fseTable(shares, log), end: start + ((at + 7) >> 3) };
}

/** The weights of the symbols (RFC 8878 §4.2.1), all but the last one's, and where their description ends. */
function readWeights(
  bytes: Uint8Array,
  view: DataView,
  start: number,
): { readonly weights: number[]; readonly end: number } {
  const header = bytes[start]!;
  const weights: number[] = [];
  if (header >= 128) {
    const count = header - 127;
    for (let n = 0; n < count; n++) {
      const pair = bytes[start + 1 + (n >> 1)]!;
      weights.push(n % 2 === 0 ? pair >> 4 : pair & 15);
    }
    return { weights, end: start + 1 + ((count + 1) >> 1) };
  }
  const end = start + 1 + header;
  const { table, end: first } = readFseTable(view, start + 1, MAX_WEIGHT + 1, WEIGHTS_LOG);
  let at = bitsBefore(bytes, first, end);
  const states = [0, 0];
  for (const n of [0, 1]) states[n] = bitsAt(view, first, (at -= table.log), table.log);
  if (at < 0) throw new ZstdError('no weights');
  // Two states take turns, until there are no bits for the next one: then the other one's symbol is the last.
  for (let turn = 0; ; turn ^= 1) {
    const entry = table.entries[states[turn]!]!;
    weights.push(entry & 0xff);
    if (weights.length >= MAX_WEIGHTS) throw new ZstdError('too many weights');
    const bits = (entry >> 8) & 0xff;
    at -= bits;
    if (at < 0) {
      weights.push(table.entries[states[turn ^ 1]!]! & 0xff);
      return { weights, end };
    }
    states[turn] = (entry >>> 16) + bitsAt(view, first, at, bits);
  }
}

/** The table that is described at `start`, and where its description ends. */
export function readHuffmanTable(
  bytes: Uint8Array,
  view: DataView,
  start: number,
): { readonly table: HuffmanTable; readonly end: number } {
  const { weights, end } = readWeights(bytes, view, start);
  let sum = 0;
  for (const weight of weights) {
    if (weight > MAX_WEIGHT) throw new ZstdError('a weight of too many bits');
    sum += (1 << weight) >> 1;
  }
  if (sum === 0) throw new ZstdError('no weights');
  // The last symbol has what is left to the next power of two, which must be one itself.
  const log = log2(sum) + 1;
  const left = (1 << log) - sum;
  if (log > MAX_WEIGHT || (left & (left - 1)) !== 0) throw new ZstdError('weights that do not fill a table');
  weights.push(log2(left) + 1);
  const entries = new Uint16Array(1 << log);
  let at = 0;
  for (let weight = 1; weight <= log; weight++) {
    const length = log + 1 - weight;
    for (const [symbol, one] of weights.entries()) {
      if (one !== weight) continue;
      entries.fill((symbol << 4) | length, at, (at += 1 << (weight - 1)));
    }
  }
  return { table: { log, entries }, end };
}

/** Fills `target` from `from` to `to` with the symbols of the stream of bits between `start` and `end`. */
export function readHuffmanStream(
  { log, entries }: HuffmanTable,
  stream: {
    readonly bytes: Uint8Array;
    readonly view: DataView;
    readonly start: number;
    readonly end: number;
  },
  target: Uint8Array,
  from: number,
  to: number,
): void {
  const { view, start } = stream;
  let at = bitsBefore(stream.bytes, start, stream.end) - log;
  const mask = (1 << log) - 1;
  for (let n = from; n < to; n++) {
    // Bits before the stream may stand behind the last code: a code does not depend on what follows it.
    if (at < -log) break;
    const entry = entries[(view.getUint32(start + (at >> 3), true) >>> (at & 7)) & mask]!;
    target[n] = entry >> 4;
    at -= entry & 15;
  }
  if (at !== -log) throw new ZstdError('a stream of symbols that does not end with its bits');
}
