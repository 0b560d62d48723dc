/**
 * Source lines to addresses and back: where a breakpoint on a line goes, which lines can have one, where a
 * function's prologue ends, which addresses are one source line for stepping. Owns no tables of its own.
 * Source: DWARF 5 §6.2.2 (is_stmt, prologue_end).
 */
import { byAddress } from './by-address.ts';
import { DW_AT, DW_LANG_ASSEMBLER } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import { type LineRows, ROW, rowAt } from './line-program.ts';
import { type FileMatch, type LineTables, rowSpans, statementRows } from './line-tables.ts';
import type { Pieces } from './pieces.ts';
import { type AddressRange, Columns, mergeRanges } from './search.ts';
import type { Unit } from './unit.ts';

export interface BreakpointLocations {
  /** The DWARF path of the file. */
  file: string;
  /** The line the addresses belong to: the first at or after the one asked for that has code. */
  line: number;
  /** One per copy of the code (function, inlined call, block), ascending. */
  addresses: readonly number[];
  /** How well the client's path matched: equal trailing components, `Infinity` for the same path. */
  matchedComponents: number;
}

/** A place of the source where a breakpoint can stop or execution can go on. */
export interface Statement {
  line: number;
  /** From 1; 0 when the compiler does not say. */
  column: number;
  /** First address of each copy of its code (function, inlined call, block), ascending. */
  addresses: readonly number[];
}

/** Columns in a line table have 16 bits. */
const COLUMNS = 0x1_0000;

/** What the line queries ask of the functions. */
export interface FunctionLookup {
  /** Waits until the unit is there whose code holds `pc`. */
  arrive: (pc: number) => Pieces<void>;
  /** Identifies the innermost function, inlined call or block at `pc`; with the function's unit, entry and end. */
  blockAt: (pc: number) => { id: number; unit: Unit; entry: number; high: number } | undefined;
}

/** Line tables of a file that are kept; of one that more use, only its statements are. */
const KEPT_TABLES = 8;

const sameLine = ({ flags }: LineRows, row: number): number => ((flags[row]! & ROW.sameLine) !== 0 ? 1 : 0);

/** Where the statements of a file begin, each column in the order of the tables. */
interface FileStatements {
  match: FileMatch;
  line: Uint32Array;
  column: Uint32Array;
  address: Uint32Array;
  /** Which of the uses of `match` each is of. */
  path: Uint32Array;
  /** 1 for what is only another block of the line of the row before. */
  isSameLine: Uint8Array;
  /** Breakpoints that were found, by the line asked for: images that come and go have all of them bound anew. */
  locations: Map<number, BreakpointLocations | undefined>;
}

export class Breakpoints {
  private readonly files = new Map<FileMatch, FileStatements>();
  private readonly blockAt: FunctionLookup['blockAt'];

  constructor(
    private readonly info: DebugInfo,
    private readonly lines: LineTables,
    private readonly functions: FunctionLookup,
  ) {
    this.blockAt = byAddress((pc) => functions.blockAt(pc));
  }

  /** True for assembly sources: no prologue there, every instruction is meant. */
  isAssembly(unit: Unit): boolean {
    return this.info.root(unit.skeleton ?? unit).number(DW_AT.language) === DW_LANG_ASSEMBLER;
  }

  /** @param wanted the first line that is good enough */
  *locations(client: string, wanted: number): Pieces<BreakpointLocations | undefined> {
    const statements = yield* this.statementsOf(client);
    if (!statements.locations.has(wanted))
      statements.locations.set(wanted, yield* this.locate(statements, wanted));
    return statements.locations.get(wanted);
  }

  private *locate(
    { match, path, line, address, isSameLine }: FileStatements,
    wanted: number,
  ): Pieces<BreakpointLocations | undefined> {
    let best = Infinity;
    for (const found of line) if (found >= wanted && found < best) best = found;
    if (best === Infinity) return undefined;
    // As in gdb: a line that begins once stops once, in however many blocks it goes on. What begins nowhere else keeps those.
    const begins = line.some((found, n) => found === best && isSameLine[n] === 0);
    const firstOfBlock = new Map<string, number>();
    let file = '';
    for (let n = line.indexOf(best); n >= 0; n = line.indexOf(best, n + 1)) {
      if (begins && isSameLine[n] !== 0) continue;
      yield;
      yield* this.functions.arrive(address[n]!);
      file = match.uses[path[n]!]!.path;
      const block = this.blockAt(address[n]!);
      const key = block ? `block ${String(block.id)}` : `row ${String(address[n])}`;
      const known = firstOfBlock.get(key);
      if (known === undefined || address[n]! < known) firstOfBlock.set(key, address[n]!);
    }
    const addresses = new Set<number>();
    for (const first of firstOfBlock.values()) {
      yield;
      addresses.add(this.pastPrologue(first));
    }
    return {
      file,
      line: best,
      addresses: [...addresses].sort((a, b) => a - b),
      matchedComponents: match.components,
    };
  }

  /** The statements of all copies of a file: a header has some in every unit of a kernel. */
  private *statementsOf(client: string): Pieces<FileStatements> {
    const match = yield* this.lines.match(client);
    const known = this.files.get(match);
    if (known) return known;
    const columns = new Columns(4);
    const isCommon = match.uses.length > KEPT_TABLES;
    for (const [index, { header, files }] of match.uses.entries()) {
      yield;
      const rows = isCommon ? this.lines.passingRows(header) : this.lines.rowsOf(header);
      if (!rows) continue;
      for (const row of statementRows(rows, files))
        columns.push(rows.line[row]!, rows.column[row], rows.address[row], index * 2 + sameLine(rows, row));
    }
    const [line, column, address, both] = columns.all();
    const found = {
      match,
      line: line!,
      column: column!,
      address: address!,
      path: both!.map((value) => value >>> 1),
      isSameLine: Uint8Array.from(both!, (value) => value & 1),
      locations: new Map(),
    };
    this.files.set(match, found);
    return found;
  }

  private pastPrologue(address: number): number {
    const block = this.blockAt(address);
    if (!block || address < block.entry || address >= block.high) return address;
    return Math.max(address, this.prologueEnd(block.unit, block.entry, block.high));
  }

  /**
   * Where the function at `entry` has set up its frame: the row the compiler marks, else the second row. Code
   * with location lists describes its variables from the first byte, and assembly has no prologue: `entry`.
   */
  prologueEnd(unit: Unit, entry: number, high: number): number {
    const rows = this.lines.of(unit);
    if (!rows || this.isAssembly(unit)) return entry;
    let second: number | undefined;
    for (const { row, low } of rowSpans(rows, entry, high)) {
      if (low < entry) continue;
      if ((rows.flags[row]! & ROW.prologueEnd) !== 0) return low;
      if (low > entry && rows.line[row] !== 0) second ??= low;
    }
    return unit.hasLocationLists ? entry : (second ?? entry);
  }

  /** Lines between `from` and `to`, both included, that a breakpoint can be on; ascending. */
  *linesOf(client: string, from: number, to: number): Pieces<number[]> {
    const { line } = yield* this.statementsOf(client);
    return [...new Set(line.filter((one) => one >= from && one <= to))].sort((a, b) => a - b);
  }

  /** The statements from line `from` to line `to`, both included, in the order of the source. */
  *statements(client: string, from: number, to: number): Pieces<Statement[]> {
    const { line, column, address } = yield* this.statementsOf(client);
    const places = new Map<number, Map<string, number>>();
    for (let n = 0; n < line.length; n++) {
      if (line[n]! < from || line[n]! > to) continue;
      yield;
      yield* this.functions.arrive(address[n]!);
      const place = line[n]! * COLUMNS + column[n]!;
      const copies = places.get(place) ?? new Map<string, number>();
      places.set(place, copies);
      const block = this.blockAt(address[n]!);
      const copy = block ? `${String(block.unit.index)}:${String(block.id)}` : `row ${String(address[n])}`;
      copies.set(copy, Math.min(address[n]!, copies.get(copy) ?? Infinity));
    }
    return [...places]
      .sort(([a], [b]) => a - b)
      .map(([place, copies]) => ({
        line: Math.floor(place / COLUMNS),
        column: place % COLUMNS,
        addresses: [...new Set(copies.values())].sort((a, b) => a - b),
      }));
  }

  /** The addresses within `bounds` that belong to the source line of `pc`, with line-0 code that follows it. */
  lineRanges(unit: Unit, pc: number, bounds: readonly AddressRange[]): AddressRange[] {
    const rows = this.lines.of(unit);
    const at = rows ? rowAt(rows, pc) : -1;
    if (!rows || at < 0) return [];
    const path = this.lines.path(rows.header, rows.file[at]!, unit);
    const line = rows.line[at]!;
    const ranges: AddressRange[] = [];
    for (const bound of bounds) {
      let previousEnd = -1;
      for (const { row, low, high } of rowSpans(rows, bound.low, bound.high)) {
        const same =
          rows.line[row] === line &&
          (rows.file[row] === rows.file[at] || this.lines.path(rows.header, rows.file[row]!, unit) === path);
        const continues = rows.line[row] === 0 && low === previousEnd;
        if (!same && !continues) continue;
        ranges.push({ low: Math.max(low, bound.low), high: Math.min(high, bound.high) });
        previousEnd = high;
      }
    }
    return mergeRanges(ranges);
  }
}
