/**
 * The rows of line tables as the debugger shows them: of a pc, and of a whole function. Owns no tables.
 * Source: DWARF 5 §6.2.2.
 */
import type { SourcePosition } from './function-info.ts';
import type { Functions } from './functions.ts';
import { fileDigest } from './line-header.ts';
import { ROW, rowAt, rowsAt } from './line-program.ts';
import { type LineTables, rowSpans, statementRows } from './line-tables.ts';
import type { RangeReader } from './ranges.ts';
import type { AddressRange } from './search.ts';
import type { SymbolTable } from './symtab.ts';
import type { UnitIndex } from './unit-index.ts';
import type { Unit } from './unit.ts';

export interface LineInfo extends SourcePosition {
  /** The row's addresses. */
  low: number;
  high: number;
  isStatement: boolean;
}

export interface FunctionRow extends LineInfo {
  prologueEnd: boolean;
}

export class SourceLines {
  constructor(
    private readonly units: UnitIndex,
    private readonly lines: LineTables,
    private readonly functions: Functions,
    private readonly ranges: RangeReader,
    private readonly symbols: () => SymbolTable,
  ) {}

  /** Where the statements of the whole program begin; some begin at several addresses. */
  *statements(): Generator<{ readonly file: string; readonly line: number; readonly address: number }> {
    for (const header of this.lines.all) {
      const rows = this.lines.rowsOf(header);
      if (!rows) continue;
      const files = new Set(rows.file);
      for (const row of statementRows(rows, files)) {
        const file = this.lines.path(header, rows.file[row]!);
        if (file !== undefined) yield { file, line: rows.line[row]!, address: rows.address[row]! };
      }
    }
  }

  /** All rows at exactly `pc`, in the order of the table. */
  rowsAt(pc: number): LineInfo[] {
    const unit = this.units.at(pc);
    const rows = unit && this.lines.of(unit);
    const winner = rows && this.at(pc);
    if (!rows || winner?.low !== pc) return [];
    const [from, to] = rowsAt(rows, pc);
    return Array.from({ length: to - from }, (_, n): LineInfo => {
      const row = from + n;
      return {
        file: this.lines.path(rows.header, rows.file[row]!, unit) ?? '',
        line: rows.line[row]!,
        column: rows.column[row]!,
        low: pc,
        high: winner.high,
        isStatement: (rows.flags[row]! & ROW.isStatement) !== 0,
      };
    });
  }

  /** The source position of `pc`; line 0 is code the compiler made. */
  at(pc: number): LineInfo | undefined {
    const unit = this.units.at(pc);
    const rows = unit && this.lines.of(unit);
    if (!rows || rowAt(rows, pc) < 0) return undefined;
    for (const { row, low, high } of rowSpans(rows, pc, pc + 1)) {
      const file = this.lines.path(rows.header, rows.file[row]!, unit);
      if (file === undefined) continue;
      const isStatement = (rows.flags[row]! & ROW.isStatement) !== 0;
      return { file, line: rows.line[row]!, column: rows.column[row]!, low, high, isStatement };
    }
    return undefined;
  }

  /** The MD5 that the compiler of the unit at `pc` has recorded of a file. */
  digest(pc: number, file: string): Uint8Array | undefined {
    const unit = this.units.at(pc);
    const header = unit && this.lines.header(unit);
    if (!header || header.files.md5At.length === 0) return undefined;
    for (let number = 0; number < header.files.at.length; number++)
      if (this.lines.path(header, number, unit) === file) return fileDigest(header, number);
    return undefined;
  }

  /** The rows of the function at `pc`, one per address, in address order. */
  rowsOfFunction(pc: number): FunctionRow[] {
    const result: FunctionRow[] = [];
    const unit = this.units.at(pc);
    const rows = unit && this.lines.of(unit);
    if (!rows) return result;
    for (const bound of this.boundsAt(unit, pc)) {
      for (const { row, low, high } of rowSpans(rows, bound.low, bound.high)) {
        result.push({
          file: this.lines.path(rows.header, rows.file[row]!, unit) ?? '',
          line: rows.line[row]!,
          column: rows.column[row]!,
          low,
          high: Math.min(high, bound.high),
          isStatement: (rows.flags[row]! & ROW.isStatement) !== 0,
          prologueEnd: (rows.flags[row]! & ROW.prologueEnd) !== 0,
        });
      }
    }
    return result.sort((a, b) => a.low - b.low);
  }

  /** The code of the function at `pc`; of its symbol, or of its row, when DWARF knows no function. */
  boundsAt(unit: Unit, pc: number): readonly AddressRange[] {
    const fn = this.functions.at(unit, pc);
    if (fn) return this.ranges.of(fn);
    const symbol = this.symbols().nearest(pc, true);
    if (symbol && symbol.end > pc) return [{ low: symbol.address, high: symbol.end }];
    const line = this.at(pc);
    return line ? [{ low: line.low, high: line.high }] : [];
  }
}
