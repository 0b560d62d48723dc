/**
 * The line tables of the units: each header and each program is decoded when first asked for and then kept.
 * Owns the map from a client's path to the units and file numbers that mean it, which needs headers only.
 */
import { DW_AT } from './constants.ts';
import type { DebugInfo } from './die.ts';
import { guarded, type SymbolError } from './errors.ts';
import { filePath, type LineHeader, readLineHeader } from './line-header.ts';
import { type LineRows, ROW, runLineProgram, winningRow } from './line-program.ts';
import { baseName, commonSuffix, normalisePath } from './paths.ts';
import { Columns, hashBytes, lowerBound } from './search.ts';
import type { Unit } from './unit.ts';

/** A unit and the file numbers of its line table that are the file asked for. */
export interface FileUse {
  unit: Unit;
  path: string;
  files: ReadonlySet<number>;
}

export interface FileMatch {
  uses: FileUse[];
  /** Equal path components counted from the end; `Infinity` for the very path. */
  components: number;
}

/** A stretch of addresses and the row in force there. */
export interface RowSpan {
  row: number;
  low: number;
  high: number;
}

const encoder = new TextEncoder();

export class LineTables {
  private readonly headers = new Map<number, LineHeader | undefined>();
  private readonly rows = new Map<number, LineRows | undefined>();
  private readonly paths = new Map<LineHeader, (string | undefined)[]>();
  private names: { hash: Uint32Array; unit: Uint32Array; file: Uint32Array } | undefined;

  constructor(
    private readonly info: DebugInfo,
    private readonly isCode: (address: number) => boolean,
    private readonly report: (error: SymbolError) => void,
  ) {}

  header(unit: Unit): LineHeader | undefined {
    if (!this.headers.has(unit.index)) {
      const header = guarded(
        () => {
          const root = this.info.root(unit);
          const offset = root.number(DW_AT.stmt_list);
          if (offset === undefined) return undefined;
          const directory = root.text(DW_AT.comp_dir) ?? '';
          return readLineHeader(this.info.sections, offset, directory, root.text(DW_AT.name) ?? '', unit);
        },
        undefined,
        this.report,
      );
      this.headers.set(unit.index, header);
    }
    return this.headers.get(unit.index);
  }

  of(unit: Unit): LineRows | undefined {
    const header = this.header(unit);
    if (!header) return undefined;
    if (!this.rows.has(header.offset)) {
      this.rows.set(
        header.offset,
        guarded(() => runLineProgram(this.info.sections.line, header, this.isCode), undefined, this.report),
      );
    }
    return this.rows.get(header.offset);
  }

  /** Programs decoded so far; the tests of laziness look at it. */
  get decoded(): number {
    return this.rows.size;
  }

  path(header: LineHeader, file: number): string | undefined {
    let known = this.paths.get(header);
    if (!known) this.paths.set(header, (known = []));
    if (file > header.files.length) return undefined;
    return (known[file] ??= filePath(header, file));
  }

  /** Every source file any unit's line table names, sorted. */
  sourceFiles(): string[] {
    const files = new Set<string>();
    for (let i = 0; i < this.info.count; i++) {
      const header = this.header(this.info.unit(i));
      for (let file = 0; header && file < header.files.length; file++) {
        const path = header.files[file] && this.path(header, file);
        if (path !== undefined) files.add(path);
      }
    }
    return [...files].sort();
  }

  /** The units that use the file a client calls `client`: the same path, else those sharing the longest tail. */
  match(client: string): FileMatch {
    const wanted = normalisePath(client);
    const { hash, unit, file } = (this.names ??= this.buildNames());
    const key = hashBytes(encoder.encode(baseName(wanted)));
    const byUnit = new Map<string, { unit: Unit; path: string; files: Set<number> }>();
    let best = 1;
    for (let i = lowerBound(hash, key); i < hash.length && hash[i] === key; i++) {
      const owner = this.info.unit(unit[i]!);
      const header = this.header(owner);
      const path = header && this.path(header, file[i]!);
      if (path === undefined) continue;
      const components = commonSuffix(path, wanted);
      if (components < best) continue;
      if (components > best) byUnit.clear();
      best = components;
      const id = `${String(owner.index)}:${path}`;
      const use = byUnit.get(id) ?? { unit: owner, path, files: new Set<number>() };
      use.files.add(file[i]!);
      byUnit.set(id, use);
    }
    return { uses: [...byUnit.values()], components: byUnit.size === 0 ? 0 : best };
  }

  private buildNames(): NonNullable<LineTables['names']> {
    const columns = new Columns(3, 1024);
    for (let i = 0; i < this.info.count; i++) {
      const header = this.header(this.info.unit(i));
      header?.files.forEach((entry, file) => {
        if (!entry) return;
        const from = Math.max(entry.name.lastIndexOf(0x2f), entry.name.lastIndexOf(0x5c)) + 1;
        columns.push(hashBytes(entry.name.subarray(from)), i, file);
      });
    }
    const [hash, unit, file] = columns.sorted();
    return { hash: hash!, unit: unit!, file: file! };
  }
}

/** The rows in force between `low` and `high`, in address order per sequence: one span per distinct address. */
export function* rowSpans(rows: LineRows, low = 0, high = 0x100000000): Generator<RowSpan> {
  const { sequences } = rows;
  for (let s = 0; s < sequences.low.length; s++) {
    if (sequences.low[s]! >= high) break;
    if (sequences.high[s]! <= low) continue;
    const last = sequences.last[s]!;
    let row = sequences.first[s]!;
    while (row < last) {
      const address = rows.address[row]!;
      let next = row;
      while (next < last && rows.address[next] === address) next++;
      const end = rows.address[next]!;
      if (address < high && end > low && end > address) {
        yield { row: winningRow(rows, row, next), low: address, high: end };
      }
      row = next;
    }
  }
}

/** Statement rows of real lines, of live sequences. */
export function* statementRows(rows: LineRows, files: ReadonlySet<number>): Generator<number> {
  const { sequences } = rows;
  for (let s = 0; s < sequences.low.length; s++) {
    for (let row = sequences.first[s]!; row < sequences.last[s]!; row++) {
      if ((rows.flags[row]! & ROW.isStatement) === 0 || rows.line[row] === 0) continue;
      if (files.has(rows.file[row]!)) yield row;
    }
  }
}
