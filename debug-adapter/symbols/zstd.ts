/**
 * Zstandard streams, a block at a time: what a platform without a decompressor of its own reads sections with. No block has more than 128 KiB,
 * so nobody waits longer than for that. There are no dictionaries, and checksums are not looked at. Source: RFC 8878 §3.
 */
import type { Pieces } from './pieces.ts';
import {
  bitsAt,
  bitsBefore,
  constantTable,
  type FseTable,
  fseTable,
  type HuffmanTable,
  PADDING,
  readFseTable,
  readHuffmanStream,
  readHuffmanTable,
  ZstdError,
} from './zstd-tables.ts';

/** Bytes that a block has at most, with or without compression. */
export const BLOCK_LIMIT = 1 << 17;

const MAGIC = 0xfd2fb528;
/** Of frames to skip, without the lowest four bits. */
const SKIPPABLE_MAGIC = 0x184d2a50;

/** Codes of lengths: the smallest length of each, and the bits to add to it (§3.1.1.3.2.1.1). */
function lengthCodes(first: number, plain: number, bits: readonly number[]) {
  const extra = Uint8Array.from([...new Array<number>(plain).fill(0), ...bits]);
  const base = new Uint32Array(extra.length);
  let at = first;
  for (const [code, count] of extra.entries()) {
    base[code] = at;
    at += 1 << count;
  }
  return { base, extra };
}
const LITERALS = lengthCodes(0, 16, [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
const MATCHES = lengthCodes(3, 32, [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

const times = (count: number, share: number) => new Array<number>(count).fill(share);

/** What the codes of a sequence are of, in the order of their tables: the most symbols and bits, and the table of those who bring none (§3.1.1.3.2.2). */
const KINDS = [
  {
    most: LITERALS.base.length,
    maxLog: 9,
    usual: fseTable(
      [4, 3, ...times(11, 2), 1, 1, 1, ...times(9, 2), 3, 2, ...times(5, 1), ...times(4, -1)],
      6,
    ),
  },
  { most: 32, maxLog: 8, usual: fseTable([...times(6, 1), 2, 2, 2, ...times(15, 1), ...times(5, -1)], 5) },
  {
    most: MATCHES.base.length,
    maxLog: 9,
    usual: fseTable([1, 4, 3, ...times(6, 2), ...times(37, 1), ...times(7, -1)], 6),
  },
] as const;

/** Offsets have less bits: nothing of a section is as far from anything else in it. */
const MAX_OFFSET_BITS = 30;
/** Copies that are shorter are made byte by byte. */
const WORTH_A_CALL = 32;

interface FrameHeader {
  readonly hasChecksum: boolean;
  /** Where its blocks begin. */
  readonly end: number;
}

/** What one frame has so far, and what its blocks hand on. */
interface Frame {
  readonly out: Uint8Array;
  /** Where it begins in `out`. */
  readonly start: number;
  at: number;
  huffman: HuffmanTable | undefined;
  readonly tables: (FseTable | undefined)[];
  readonly offsets: [number, number, number];
}

/** A block that is read, with room around it. */
interface Block {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  end: number;
}

/** The content of a stream, which has `size` bytes; a piece is a block. Throws when it is damaged or of another size. */
export function* inflateZstd(data: Uint8Array, size: number): Pieces<Uint8Array> {
  // Before memory is taken: a block has 4 bytes or more.
  if (size > (data.length / 4) * BLOCK_LIMIT) throw new ZstdError('more than can be in it');
  const out = new Uint8Array(size);
  const bytes = new Uint8Array(BLOCK_LIMIT + 2 * PADDING);
  const block: Block = { bytes, view: new DataView(bytes.buffer), end: 0 };
  const literals = new Uint8Array(BLOCK_LIMIT);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let from = 0;
  let at = 0;
  while (from < data.length) {
    const magic = view.getUint32(from, true);
    if ((magic & ~15) >>> 0 === SKIPPABLE_MAGIC) {
      from += 8 + view.getUint32(from + 4, true);
      continue;
    }
    if (magic !== MAGIC) throw new ZstdError('another magic number');
    const header = frameHeader(data, from);
    const frame: Frame = {
      ...{ out, start: at, at, huffman: undefined },
      ...{ tables: [undefined, undefined, undefined], offsets: [1, 4, 8] },
    };
    from = header.end;
    for (let isLast = false; !isLast;) {
      const word = view.getUint16(from, true) | (view.getUint8(from + 2) << 16);
      const type = (word >> 1) & 3;
      const length = word >> 3;
      isLast = (word & 1) !== 0;
      from += 3;
      if (length > BLOCK_LIMIT) throw new ZstdError('a block that is too long');
      const taken = type === 1 ? 1 : length;
      const content = data.subarray(from, from + taken);
      if (content.length < taken) throw new ZstdError('a block cut short');
      from += taken;
      if (type === 3) throw new ZstdError('an unknown kind of block');
      if (type < 2 && length > size - frame.at) throw new ZstdError('more than was said');
      if (type === 0) out.set(content, frame.at);
      if (type === 1) out.fill(content[0]!, frame.at, frame.at + length);
      if (type < 2) frame.at += length;
      else {
        bytes.fill(0, PADDING + length, 2 * PADDING + length);
        bytes.set(content, PADDING);
        block.end = PADDING + length;
        readBlock(block, frame, literals);
      }
      yield;
    }
    at = frame.at;
    if (header.hasChecksum) from += 4;
  }
  if (at !== size) throw new ZstdError('less than was said');
  return out;
}

/** §3.1.1.1: of what is in it, only its length and whether a checksum follows the blocks matter here. */
function frameHeader(data: Uint8Array, start: number): FrameHeader {
  const descriptor = data[start + 4] ?? 8;
  if ((descriptor & 8) !== 0) throw new ZstdError('a header of another version');
  if ((descriptor & 3) !== 0) throw new ZstdError('a dictionary');
  const isSingle = (descriptor >> 5) & 1;
  const code = descriptor >> 6;
  const sizeBytes = code === 0 ? isSingle : 1 << code;
  return { hasChecksum: (descriptor & 4) !== 0, end: start + 6 - isSingle + sizeBytes };
}

function readBlock(block: Block, frame: Frame, literals: Uint8Array): void {
  const { at, count } = readLiterals(block, frame, literals);
  if (at >= block.end) throw new ZstdError('a block without sequences');
  const used = readSequences(block, at, frame, literals, count);
  put(frame, literals, used, count - used);
}

/** §3.1.1.3.1: fills `literals`; how many there are, and where what follows them begins. */
function readLiterals(
  { bytes, view, end }: Block,
  frame: Frame,
  literals: Uint8Array,
): { readonly at: number; readonly count: number } {
  const first = bytes[PADDING]!;
  const type = first & 3;
  const format = (first >> 2) & 3;
  if (type < 2) {
    const headerSize = [1, 2, 1, 3][format]!;
    const count =
      (view.getUint32(PADDING, true) & 0xff_ffff & (2 ** (headerSize * 8) - 1)) >> (format & 1 ? 4 : 3);
    const at = PADDING + headerSize;
    const taken = type === 0 ? count : 1;
    if (count > BLOCK_LIMIT || at + taken > end) throw new ZstdError('literals cut short');
    if (type === 0) literals.set(bytes.subarray(at, at + count));
    else literals.fill(bytes[at]!, 0, count);
    return { at: at + taken, count };
  }
  const sizeBits = [10, 10, 14, 18][format]!;
  const count = bitsAt(view, PADDING, 4, sizeBits);
  const length = bitsAt(view, PADDING, 4 + sizeBits, sizeBits);
  let at = PADDING + ((4 + 2 * sizeBits) >> 3);
  const after = at + length;
  if (count > BLOCK_LIMIT || after > end) throw new ZstdError('literals cut short');
  if (type === 2) {
    const { table, end: tableEnd } = readHuffmanTable(bytes, view, at);
    frame.huffman = table;
    at = tableEnd;
  }
  const { huffman } = frame;
  if (!huffman) throw new ZstdError('no table to repeat');
  const stream = (start: number, streamEnd: number, from: number, to: number) => {
    if (streamEnd > after || to < from) throw new ZstdError('literals cut short');
    readHuffmanStream(huffman, { bytes, view, start, end: streamEnd }, literals, from, to);
  };
  if (format === 0) stream(at, after, 0, count);
  else {
    const quarter = (count + 3) >> 2;
    let start = at + 6;
    for (const n of [0, 1, 2]) {
      const streamEnd = start + view.getUint16(at + 2 * n, true);
      stream(start, streamEnd, n * quarter, (n + 1) * quarter);
      start = streamEnd;
    }
    stream(start, after, 3 * quarter, count);
  }
  return { at: after, count };
}

/** §3.1.1.3.2: literals and matches in turns; how many of the `count` literals they took. */
function readSequences(
  block: Block,
  start: number,
  frame: Frame,
  literals: Uint8Array,
  count: number,
): number {
  const { bytes, view, end } = block;
  const { offsets } = frame;
  let first = start + 1;
  let left = bytes[start]!;
  if (left === 0) return 0;
  if (left === 255) {
    left = view.getUint16(first, true) + 0x7f00;
    first += 2;
  } else if (left >= 128) left = ((left - 128) << 8) | bytes[first++]!;
  first = readTables(block, first, frame);
  const [literalTable, offsetTable, matchTable] = frame.tables as [FseTable, FseTable, FseTable];
  const { entries: literalEntries } = literalTable;
  const { entries: offsetEntries } = offsetTable;
  const { entries: matchEntries } = matchTable;
  const { base: literalBase, extra: literalExtra } = LITERALS;
  const { base: matchBase, extra: matchExtra } = MATCHES;
  // One bit after the other, from the last to the first.
  let at = bitsBefore(bytes, first, end);
  let literal = literalEntries[bitsAt(view, first, (at -= literalTable.log), literalTable.log)]!;
  let offset = offsetEntries[bitsAt(view, first, (at -= offsetTable.log), offsetTable.log)]!;
  let match = matchEntries[bitsAt(view, first, (at -= matchTable.log), matchTable.log)]!;
  let used = 0;
  for (;;) {
    let bits = offset & 0xff;
    if (bits > MAX_OFFSET_BITS) throw new ZstdError('an offset that is too long');
    let distance = 1 << bits;
    if (bits > 16) {
      distance |= bitsAt(view, first, (at -= bits - 16), bits - 16) << 16;
      bits = 16;
    }
    distance |= bitsAt(view, first, (at -= bits), bits);
    bits = matchExtra[match & 0xff]!;
    const matchLength = matchBase[match & 0xff]! + bitsAt(view, first, (at -= bits), bits);
    bits = literalExtra[literal & 0xff]!;
    const literalLength = literalBase[literal & 0xff]! + bitsAt(view, first, (at -= bits), bits);
    if (at < 0 || literalLength > count - used) throw new ZstdError('sequences cut short');
    distance = distanceOf(distance, literalLength === 0, offsets);
    put(frame, literals, used, literalLength);
    used += literalLength;
    repeat(frame, distance, matchLength);
    if (--left === 0) break;
    bits = (literal >> 8) & 0xff;
    literal = literalEntries[(literal >>> 16) + bitsAt(view, first, (at -= bits), bits)]!;
    bits = (match >> 8) & 0xff;
    match = matchEntries[(match >>> 16) + bitsAt(view, first, (at -= bits), bits)]!;
    bits = (offset >> 8) & 0xff;
    offset = offsetEntries[(offset >>> 16) + bitsAt(view, first, (at -= bits), bits)]!;
    if (at < 0) throw new ZstdError('sequences cut short');
  }
  if (at !== 0) throw new ZstdError('sequences that do not end with their bits');
  return used;
}

/** The tables of the three codes (§3.1.1.3.2.1); where what follows them begins. */
function readTables({ bytes, view }: Block, start: number, { tables }: Frame): number {
  const modes = bytes[start]!;
  if ((modes & 3) !== 0) throw new ZstdError('an unknown mode');
  let at = start + 1;
  for (const [n, { most, maxLog, usual }] of KINDS.entries()) {
    const mode = (modes >> (6 - 2 * n)) & 3;
    if (mode === 0) tables[n] = usual;
    else if (mode === 1) {
      const symbol = bytes[at++]!;
      if (symbol >= most) throw new ZstdError('an unknown symbol');
      tables[n] = constantTable(symbol);
    } else if (mode === 2) {
      const { table, end } = readFseTable(view, at, most, maxLog);
      tables[n] = table;
      at = end;
    } else if (!tables[n]) throw new ZstdError('no table to repeat');
  }
  return at;
}

/** How far back a match is (§3.1.1.5): values up to 3 mean one of the last three offsets, which move. */
function distanceOf(value: number, noLiterals: boolean, offsets: Frame['offsets']): number {
  if (value > 3) {
    offsets[2] = offsets[1];
    offsets[1] = offsets[0];
    return (offsets[0] = value - 3);
  }
  const which = value - 1 + Number(noLiterals);
  if (which === 0) return offsets[0];
  const offset = which === 3 ? offsets[0] - 1 : offsets[which as 1 | 2];
  if (which > 1) offsets[2] = offsets[1];
  offsets[1] = offsets[0];
  return (offsets[0] = offset);
}

/** Appends `length` literals from `from` on. */
function put(frame: Frame, literals: Uint8Array, from: number, length: number): void {
  const { out, at } = frame;
  if (length > out.length - at) throw new ZstdError('more than was said');
  if (length < WORTH_A_CALL) for (let n = 0; n < length; n++) out[at + n] = literals[from + n]!;
  else out.set(literals.subarray(from, from + length), at);
  frame.at = at + length;
}

/** Appends `length` bytes of what stands `offset` before the end, and of what that becomes. */
function repeat(frame: Frame, offset: number, length: number): void {
  const { out, at } = frame;
  if (offset === 0 || offset > at - frame.start) throw new ZstdError('a match before the beginning');
  if (length > out.length - at) throw new ZstdError('more than was said');
  if (length < WORTH_A_CALL || offset < length)
    for (let n = at; n < at + length; n++) out[n] = out[n - offset]!;
  else out.copyWithin(at, at - offset, at - offset + length);
  frame.at = at + length;
}
