/**
 * Disassembly for the client's view, by iced-x86: AT&T operands, symbols for targets, filler where nothing is mapped.
 *
 * Going backwards there is no way to know where instructions begin, so decoding starts at a known boundary (a function's
 * entry) at or before the wanted place; failing that, at the first offset from which decoding arrives at the anchor.
 */
import { Code, Decoder, DecoderOptions, Formatter, FormatterSyntax, Instruction, OpKind } from 'iced-x86';
import type { SyncReader } from './memory-cache.ts';

export interface DisassembledLine {
  readonly address: number;
  /** Empty for an address that cannot be read. */
  readonly bytes: Uint8Array;
  readonly text: string;
  /** Where a jump or a call with a fixed target goes. */
  readonly target?: number;
}

/** Operands that are the address to go to. */
const NEAR: ReadonlySet<OpKind> = new Set([OpKind.NearBranch16, OpKind.NearBranch32]);
/** Longest instruction in bytes. */
const MAX_LENGTH = 15;
/** Most bytes between the end of one object file's code and the next one's, by the usual alignments. */
const MAX_PADDING = 64;

/** Decodes instructions from `bytes`, which lie at `address`; `bits` is 16 or 32. */
export function decodeRun(
  bytes: Uint8Array,
  address: number,
  bits: number,
  most: number,
): DisassembledLine[] {
  const decoder = new Decoder(bits, bytes, DecoderOptions.None);
  decoder.ip = BigInt(address);
  const formatter = new Formatter(FormatterSyntax.Gas);
  formatter.uppercaseHex = false;
  const instruction = new Instruction();
  const lines: DisassembledLine[] = [];
  try {
    while (decoder.canDecode && lines.length < most) {
      const at = decoder.position;
      decoder.decodeOut(instruction);
      const invalid = instruction.code === Code.INVALID;
      const length = invalid ? 1 : instruction.length;
      if (invalid) decoder.position = at + 1;
      if (invalid) decoder.ip = BigInt(address + at + 1);
      lines.push({
        address: (address + at) >>> 0,
        bytes: bytes.slice(at, at + length),
        text: invalid ? `.byte 0x${bytes[at].toString(16).padStart(2, '0')}` : formatter.format(instruction),
        ...(!invalid && NEAR.has(instruction.op0Kind) && { target: Number(instruction.nearBranchTarget) }),
      });
    }
  } finally {
    instruction.free();
    formatter.free();
    decoder.free();
  }
  return lines;
}

/** Instructions of many forms: a load from the stack, a call, a jump on a condition, a comparison with a constant, a return. */
const SAMPLES = [
  ...[0x8b, 0x44, 0x24, 4],
  ...[0xe8, 0, 0, 0, 0],
  ...[0x0f, 0x84, 0, 0, 0, 0],
  ...[0x81, 0x7d, 8, 0, 1, 0, 0],
  0xc3,
];

/** Has the engine compile the disassembler, some 20 ms that the first stack would wait for. */
export function prepareDisassembler(): void {
  decodeRun(Uint8Array.from(SAMPLES), 0, 32, SAMPLES.length);
}

const unreadable = (address: number): DisassembledLine => ({
  address: address >>> 0,
  bytes: new Uint8Array(0),
  text: '(not mapped)',
});

/**
 * `count` instructions, the first of them `offset` instructions from `anchor` (negative: before it). Always returns
 * `count` lines. Runs inside `MemoryCache.compute`.
 * @param boundary an instruction boundary at or before an address, if one is known.
 */
export function disassemble(
  read: SyncReader,
  anchor: number,
  offset: number,
  count: number,
  bits: number,
  boundary: (address: number) => number | undefined,
): DisassembledLine[] {
  const before = offset < 0 ? linesBefore(read, anchor, -offset, bits, boundary) : [];
  const after = linesFrom(read, anchor, Math.max(0, offset + count), bits);
  const all = [...before, ...after];
  const first = offset < 0 ? 0 : offset;
  return all.slice(first, first + count);
}

function linesFrom(read: SyncReader, start: number, count: number, bits: number): DisassembledLine[] {
  const lines: DisassembledLine[] = [];
  let address = start;
  while (lines.length < count) {
    const bytes = read(address >>> 0, Math.min((count - lines.length) * MAX_LENGTH, 0x4000));
    const run = bytes?.length ? decodeRun(bytes, address, bits, count - lines.length) : [];
    // The last instruction of a short read may be cut off by the end of the mapping.
    lines.push(...run);
    const last = run.at(-1);
    address = last ? last.address + last.bytes.length : address;
    while (!run.length && lines.length < count) lines.push(unreadable(address++));
  }
  return lines;
}

/** Exactly `count` lines that end right before `anchor`. */
function linesBefore(
  read: SyncReader,
  anchor: number,
  count: number,
  bits: number,
  boundary: (address: number) => number | undefined,
): DisassembledLine[] {
  const lines: DisassembledLine[] = [];
  let end = anchor;
  while (lines.length < count) {
    const run = runFromBoundary(read, end, bits, boundary) ?? runFromAnywhere(read, end, bits);
    if (!run?.length) {
      // Nothing decodable right before: one filler byte at a time keeps addresses stable.
      end = (end - 1) >>> 0;
      const byte = read(end, 1);
      lines.unshift(
        byte?.length
          ? { address: end, bytes: byte, text: `.byte 0x${byte[0].toString(16).padStart(2, '0')}` }
          : unreadable(end),
      );
      continue;
    }
    lines.unshift(...run);
    end = run[0].address;
  }
  return lines.slice(lines.length - count);
}

/**
 * Instructions from the last known boundary. Where there is none right before `end`, as in the padding between two object
 * files, one a little farther back will do.
 */
function runFromBoundary(
  read: SyncReader,
  end: number,
  bits: number,
  boundary: (address: number) => number | undefined,
): DisassembledLine[] | undefined {
  for (let back = 1; back <= MAX_PADDING && back <= end; back++) {
    const known = boundary(end - back);
    if (known !== undefined && known < end) return exactRun(read, known, end, bits);
  }
  return undefined;
}

function runFromAnywhere(read: SyncReader, end: number, bits: number): DisassembledLine[] | undefined {
  const start = findStart(read, end, bits);
  return start === undefined ? undefined : exactRun(read, start, end, bits);
}

/** Instructions from `start` that end exactly at `end`, or `undefined`. */
function exactRun(
  read: SyncReader,
  start: number,
  end: number,
  bits: number,
): DisassembledLine[] | undefined {
  const bytes = read(start, end - start);
  if (bytes?.length !== end - start) return undefined;
  const run = decodeRun(bytes, start, bits, bytes.length);
  const last = run.at(-1);
  return last && last.address + last.bytes.length === end ? run : undefined;
}

/** The farthest start within reach from which decoding arrives exactly at `end` without an invalid byte. */
function findStart(read: SyncReader, end: number, bits: number): number | undefined {
  for (let back = Math.min(4 * MAX_LENGTH, end); back > 0; back--) {
    const run = exactRun(read, end - back, end, bits);
    if (run?.every(({ text }) => !text.startsWith('.byte'))) return end - back;
  }
  return undefined;
}
