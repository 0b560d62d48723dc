/**
 * Source lines to addresses and back: where a breakpoint on a line goes, which lines can have one, where a
 * function's prologue ends, which addresses are one source line for stepping. Owns no tables of its own.
 * Source: DWARF 5 §6.2.2 (is_stmt, prologue_end).
 */
import { DW_AT, DW_LANG_ASSEMBLER } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import { ROW, rowAt } from './line-program.ts';
import { type FileMatch, type LineTables, rowSpans, statementRows } from './line-tables.ts';
import { type AddressRange, mergeRanges } from './search.ts';
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
  /** Identifies the innermost function, inlined call or block at `pc`; with the function's unit, entry and end. */
  blockAt: (pc: number) => { id: number; unit: Unit; entry: number; high: number } | undefined;
}

export class Breakpoints {
  constructor(
    private readonly info: DebugInfo,
    private readonly lines: LineTables,
    private readonly functions: FunctionLookup,
  ) {}

  /** True for assembly sources: no prologue there, every instruction is meant. */
  isAssembly(unit: Unit): boolean {
    return this.info.root(unit.skeleton ?? unit).number(DW_AT.language) === DW_LANG_ASSEMBLER;
  }

  locations(match: FileMatch, line: number): BreakpointLocations | undefined {
    let best = Infinity;
    for (const { header, files } of match.uses) {
      const rows = this.lines.rowsOf(header);
      if (!rows) continue;
      for (const row of statementRows(rows, files)) {
        const found = rows.line[row]!;
        if (found >= line && found < best) best = found;
      }
    }
    if (best === Infinity) return undefined;
    const firstOfBlock = new Map<string, number>();
    let file = '';
    for (const { header, path, files } of match.uses) {
      const rows = this.lines.rowsOf(header);
      if (!rows) continue;
      for (const row of statementRows(rows, files)) {
        if (rows.line[row] !== best) continue;
        file = path;
        const address = rows.address[row]!;
        const block = this.functions.blockAt(address);
        const key = block ? `block ${String(block.id)}` : `row ${String(address)}`;
        const known = firstOfBlock.get(key);
        if (known === undefined || address < known) firstOfBlock.set(key, address);
      }
    }
    const addresses = new Set<number>();
    for (const address of firstOfBlock.values()) addresses.add(this.pastPrologue(address));
    return {
      file,
      line: best,
      addresses: [...addresses].sort((a, b) => a - b),
      matchedComponents: match.components,
    };
  }

  private pastPrologue(address: number): number {
    const block = this.functions.blockAt(address);
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
  linesOf(match: FileMatch, from: number, to: number): number[] {
    const found = new Set<number>();
    for (const { header, files } of match.uses) {
      const rows = this.lines.rowsOf(header);
      if (!rows) continue;
      for (const row of statementRows(rows, files)) {
        const line = rows.line[row]!;
        if (line >= from && line <= to) found.add(line);
      }
    }
    return [...found].sort((a, b) => a - b);
  }

  /** The statements from line `from` to line `to`, both included, in the order of the source. */
  statements(match: FileMatch, from: number, to: number): Statement[] {
    const places = new Map<number, Map<string, number>>();
    for (const { header, files } of match.uses) {
      const rows = this.lines.rowsOf(header);
      if (!rows) continue;
      for (const row of statementRows(rows, files)) {
        const line = rows.line[row]!;
        if (line < from || line > to) continue;
        const address = rows.address[row]!;
        const place = line * COLUMNS + rows.column[row]!;
        const copies = places.get(place) ?? new Map<string, number>();
        places.set(place, copies);
        const block = this.functions.blockAt(address);
        const copy = block ? `${String(block.unit.index)}:${String(block.id)}` : `row ${String(address)}`;
        copies.set(copy, Math.min(address, copies.get(copy) ?? Infinity));
      }
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
