/**
 * Runs a line number program into typed arrays, one element per row, and finds rows by address. Rows stay in
 * program order; sequences are sorted by address. Source: DWARF 5 §6.2.2 and §6.2.5.
 */
import { Cursor } from './cursor.ts';
import type { LineHeader } from './line-header.ts';
import { Columns, upperBound } from './search.ts';

export const ROW = {
  isStatement: 1,
  prologueEnd: 2,
  endSequence: 4,
  basicBlock: 8,
  epilogueBegin: 16,
  /** Of the line of the row before, and only another block of it, as discriminators say. */
  sameLine: 32,
} as const;

const LNS = {
  copy: 1,
  advance_pc: 2,
  advance_line: 3,
  set_file: 4,
  set_column: 5,
  negate_stmt: 6,
  set_basic_block: 7,
  const_add_pc: 8,
  fixed_advance_pc: 9,
  set_prologue_end: 10,
  set_epilogue_begin: 11,
  set_isa: 12,
} as const;

const LNE = { end_sequence: 1, set_address: 2, define_file: 3, set_discriminator: 4 } as const;

export interface LineRows {
  header: LineHeader;
  count: number;
  address: Uint32Array;
  file: Uint32Array;
  line: Uint32Array;
  column: Uint16Array;
  /** Bits of `ROW`. */
  flags: Uint8Array;
  /** Sequences sorted by `low`; rows `first` up to and including the end-of-sequence row `last`. */
  sequences: { low: Uint32Array; high: Uint32Array; first: Uint32Array; last: Uint32Array };
}

class RowBuffer {
  count = 0;
  address = new Uint32Array(256);
  file = new Uint32Array(256);
  line = new Uint32Array(256);
  column = new Uint16Array(256);
  flags = new Uint8Array(256);

  push(address: number, file: number, line: number, column: number, flags: number): void {
    const i = this.count++;
    if (i === this.address.length) this.grow();
    this.address[i] = address;
    this.file[i] = file;
    this.line[i] = line;
    this.column[i] = column;
    this.flags[i] = flags;
  }

  private grow(): void {
    const { address, file, line, column, flags } = this;
    const size = address.length * 2;
    (this.address = new Uint32Array(size)).set(address);
    (this.file = new Uint32Array(size)).set(file);
    (this.line = new Uint32Array(size)).set(line);
    (this.column = new Uint16Array(size)).set(column);
    (this.flags = new Uint8Array(size)).set(flags);
  }
}

/** Runs the program of `header`. Sequences that `isCode` refuses (code the linker discarded) are left out. */
export function runLineProgram(header: LineHeader, isCode: (address: number) => boolean): LineRows {
  const rows = new RowBuffer();
  const sequences = new Columns(4);
  const cursor = new Cursor(header.section, header.programAt, header.end, '.debug_line');
  const { minimumInstructionLength, maximumOperations, lineBase, lineRange, opcodeBase } = header;
  const constAdd = Math.floor((255 - opcodeBase) / lineRange);
  let first = 0;
  let address = 0;
  let opIndex = 0;
  let file = 1;
  let line = 1;
  let column = 0;
  let isStatement = header.defaultIsStatement;
  let marks = 0;
  let discriminator = 0;
  /** Has the line had one since it began? */
  let isDivided = false;
  let lineBefore = 0;
  let fileBefore = 0;

  const advance = (operations: number): void => {
    const total = opIndex + operations;
    address = (address + minimumInstructionLength * Math.floor(total / maximumOperations)) >>> 0;
    opIndex = total % maximumOperations;
  };
  const emit = (more: number): void => {
    const isSame = isDivided && line === lineBefore && file === fileBefore;
    const known = (isStatement ? ROW.isStatement : 0) | (isSame ? ROW.sameLine : 0);
    rows.push(address, file, line >>> 0, column, known | marks | more);
    marks = discriminator = 0;
    // The compiler's own code, of line 0, lies between rows of a line without ending it.
    if (line !== 0) [lineBefore, fileBefore] = [line, file];
  };
  const advanceLine = (lines: number): void => {
    line += lines;
    if (lines !== 0) isDivided = discriminator !== 0;
  };
  const reset = (): void => {
    address = opIndex = column = marks = discriminator = lineBefore = 0;
    isDivided = false;
    file = line = 1;
    isStatement = header.defaultIsStatement;
    first = rows.count;
  };
  const endSequence = (): void => {
    emit(ROW.endSequence);
    const low = rows.address[first]!;
    if (address > low && (low !== 0 || isCode(0)) && low < 0xfffffffe) {
      sequences.push(low, address, first, rows.count - 1);
    }
    reset();
  };
  const extended = (): void => {
    const length = cursor.uleb();
    const next = cursor.pos + length;
    if (length === 0) return;
    if (next > cursor.end) cursor.take(length);
    switch (cursor.u8()) {
      case LNE.end_sequence:
        endSequence();
        break;
      case LNE.set_address:
        address = length === 5 ? cursor.u32() : cursor.unsigned(length === 9 ? 8 : length === 3 ? 2 : 4);
        opIndex = 0;
        break;
      case LNE.define_file:
        header.files.at.push(cursor.pos);
        cursor.skipCString();
        header.files.directory.push(cursor.uleb());
        break;
      case LNE.set_discriminator:
        discriminator = cursor.uleb();
        isDivided ||= discriminator !== 0;
        break;
    }
    cursor.pos = next;
  };

  while (!cursor.done) {
    const opcode = cursor.u8();
    if (opcode >= opcodeBase) {
      const adjusted = opcode - opcodeBase;
      advance(Math.floor(adjusted / lineRange));
      advanceLine(lineBase + (adjusted % lineRange));
      emit(0);
      continue;
    }
    switch (opcode) {
      case 0:
        extended();
        break;
      case LNS.copy:
        emit(0);
        break;
      case LNS.advance_pc:
        advance(cursor.uleb());
        break;
      case LNS.advance_line:
        advanceLine(cursor.sleb());
        break;
      case LNS.set_file:
        file = cursor.uleb();
        break;
      case LNS.set_column:
        column = Math.min(cursor.uleb(), 0xffff);
        break;
      case LNS.negate_stmt:
        isStatement = !isStatement;
        break;
      case LNS.set_basic_block:
        marks |= ROW.basicBlock;
        break;
      case LNS.const_add_pc:
        advance(constAdd);
        break;
      case LNS.fixed_advance_pc:
        address = (address + cursor.u16()) >>> 0;
        opIndex = 0;
        break;
      case LNS.set_prologue_end:
        marks |= ROW.prologueEnd;
        break;
      case LNS.set_epilogue_begin:
        marks |= ROW.epilogueBegin;
        break;
      case LNS.set_isa:
        cursor.skipLeb();
        break;
      default:
        for (let n = header.opcodeLengths[opcode - 1] ?? 0; n > 0; n--) cursor.skipLeb();
    }
  }
  const [low, high, firsts, lasts] = sequences.sorted();
  return {
    header,
    count: rows.count,
    address: rows.address.slice(0, rows.count),
    file: rows.file.slice(0, rows.count),
    line: rows.line.slice(0, rows.count),
    column: rows.column.slice(0, rows.count),
    flags: rows.flags.slice(0, rows.count),
    sequences: { low: low!, high: high!, first: firsts!, last: lasts! },
  };
}

/** The sequence that covers `pc`, or -1. */
export function sequenceAt(rows: LineRows, pc: number): number {
  const { low, high } = rows.sequences;
  const last = upperBound(low, pc) - 1;
  // Sequences of one table do not overlap in sound files; a few steps back cover those that do.
  for (let i = last; i >= 0 && i > last - 8; i--) if (pc < high[i]!) return i;
  return -1;
}

/**
 * The row in force at `pc`, or -1. Of several rows at one address the last statement row wins, and the last
 * row when none is a statement.
 */
export function rowAt(rows: LineRows, pc: number): number {
  const sequence = sequenceAt(rows, pc);
  if (sequence < 0) return -1;
  const first = rows.sequences.first[sequence]!;
  const last = upperBound(rows.address, pc, first, rows.sequences.last[sequence]) - 1;
  if (last < first) return -1;
  let start = last;
  while (start > first && rows.address[start - 1] === rows.address[last]) start--;
  return winningRow(rows, start, last + 1);
}

/** The rows `[from, to)` at exactly an address; empty when none begins there. */
export function rowsAt(rows: LineRows, pc: number): readonly [from: number, to: number] {
  const sequence = sequenceAt(rows, pc);
  if (sequence < 0) return [0, 0];
  const first = rows.sequences.first[sequence]!;
  const to = upperBound(rows.address, pc, first, rows.sequences.last[sequence]);
  let from = to;
  while (from > first && rows.address[from - 1] === pc) from--;
  return [from, to];
}

/** Of the rows `[from, to)` at one address, the one in force. */
export function winningRow(rows: LineRows, from: number, to: number): number {
  for (let i = to - 1; i >= from; i--) if ((rows.flags[i]! & ROW.isStatement) !== 0) return i;
  return to - 1;
}
