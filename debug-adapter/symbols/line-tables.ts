/**
 * The line tables of the units: each header and each program is decoded when first asked for and then kept.
 * Owns the map from a client's path to the units and file numbers that mean it, which needs headers only.
 */
import { DW_AT } from './constants.ts';
import { Cursor } from './cursor.ts';
import type { DebugInfo } from './debug-info.ts';
import { guarded, type SymbolError } from './errors.ts';
import {
  filePath,
  type LineHeader,
  namedFiles,
  ownPath,
  readLineHeader,
  sharesNames,
} from './line-header.ts';
import { type LineRows, ROW, runLineProgram, winningRow } from './line-program.ts';
import { baseName, commonSuffix, normalisePath } from './paths.ts';
import { atOnce, type Pieces } from './pieces.ts';
import type { DwarfSections } from './sections.ts';
import type { Unit } from './unit.ts';

/** A line table and the numbers of its files that are the file asked for. */
export interface FileUse {
  header: LineHeader;
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
  /** By section and offset: units may share a table. */
  private readonly headers = new Map<Uint8Array, Map<number, LineHeader | undefined>>();
  private readonly rows = new Map<LineHeader, LineRows | undefined>();
  private readonly paths = new Map<LineHeader, (string | undefined)[]>();
  private readonly matches = new Map<string, FileMatch>();
  /** The program's tables in the order of the section. */
  private inOrder: LineHeader[] | undefined;
  private owners: Map<number, Unit> | undefined;

  constructor(
    private readonly info: DebugInfo,
    private readonly isCode: (address: number) => boolean,
    private readonly report: (error: SymbolError) => void,
  ) {}

  /** The header of the unit's table; a split unit uses that of its skeleton. */
  header(unit: Unit): LineHeader | undefined {
    const owner = unit.skeleton ?? unit;
    const offset = guarded(() => this.offsetOf(owner), undefined, this.report);
    return offset === undefined ? undefined : this.headerAt(owner.sections, offset, owner);
  }

  private offsetOf(unit: Unit): number | undefined {
    return this.info.root(unit).number(DW_AT.stmt_list);
  }

  private headerAt(sections: DwarfSections, offset: number, unit?: Unit): LineHeader | undefined {
    let known = this.headers.get(sections.line);
    if (!known) this.headers.set(sections.line, (known = new Map()));
    if (!known.has(offset)) {
      known.set(
        offset,
        guarded(() => readLineHeader(sections, offset, unit), undefined, this.report),
      );
    }
    return known.get(offset);
  }

  of(unit: Unit): LineRows | undefined {
    const header = this.header(unit);
    return header && this.rowsOf(header);
  }

  rowsOf(header: LineHeader): LineRows | undefined {
    if (!this.rows.has(header)) this.rows.set(header, this.decode(header));
    return this.rows.get(header);
  }

  /** The same for who looks at the tables of a whole program: they are not kept. */
  passingRows(header: LineHeader): LineRows | undefined {
    return this.rows.get(header) ?? this.decode(header);
  }

  private decode(header: LineHeader): LineRows | undefined {
    return guarded(() => runLineProgram(header, this.isCode), undefined, this.report);
  }

  /** Programs decoded so far; the tests of laziness look at it. */
  get decoded(): number {
    return this.rows.size;
  }

  get all(): readonly LineHeader[] {
    return atOnce(this.readAll());
  }

  /** All tables of the program, read one behind the other: in a kernel much cheaper than unit by unit. */
  *readAll(): Pieces<readonly LineHeader[]> {
    if (this.inOrder) return this.inOrder;
    const { sections } = this.info;
    const found: LineHeader[] = [];
    const cursor = new Cursor(sections.line, 0, sections.line.length, '.debug_line');
    while (!cursor.done) {
      const offset = cursor.pos;
      const end = guarded(() => cursor.initialLength().end, undefined, this.report);
      if (end === undefined) break;
      cursor.pos = end;
      const header = this.headerAt(sections, offset);
      if (header) found.push(header);
      yield;
    }
    return (this.inOrder = found);
  }

  /** The unit of the table that is the `index`-th of `all`. Linkers keep the order of units in every section. */
  private ownerOf(header: LineHeader, index: number): Unit | undefined {
    if (header.section !== this.info.sections.line) return undefined;
    if (this.info.has(index)) {
      const guess = this.info.unit(index);
      const offset = guarded(() => this.offsetOf(guess), undefined, this.report);
      if (offset === header.offset && !guess.isTypeUnit) return guess;
    }
    this.owners ??= this.findOwners();
    return this.owners.get(header.offset);
  }

  private findOwners(): Map<number, Unit> {
    const owners = new Map<number, Unit>();
    for (let i = 0; i < this.info.count; i++) {
      const unit = this.info.unit(i);
      if (unit.skeleton || unit.isTypeUnit || unit.sections.line !== this.info.sections.line) continue;
      const offset = guarded(() => this.offsetOf(unit), undefined, this.report);
      if (offset !== undefined && !owners.has(offset)) owners.set(offset, unit);
    }
    return owners;
  }

  /** The path of file number `file`; `unit` is any unit of the table, `index` where the table is in `all`: when the caller knows them. */
  path(header: LineHeader, file: number, unit?: Unit, index = -1): string | undefined {
    let known = this.paths.get(header);
    if (!known) this.paths.set(header, (known = []));
    if (file > header.files.at.length) return undefined;
    return (known[file] ??= filePath(header, file, () => this.about(unit ?? this.ownerOf(header, index))));
  }

  private about(unit: Unit | undefined): { directory: string; name: string } {
    return guarded(
      () => {
        const root = unit && this.info.root(unit.skeleton ?? unit);
        return { directory: root?.text(DW_AT.comp_dir) ?? '', name: root?.text(DW_AT.name) ?? '' };
      },
      { directory: '', name: '' },
      this.report,
    );
  }

  /** Every source file any line table names, sorted. */
  *sourceFiles(): Pieces<string[]> {
    yield* this.info.arrive();
    const files = new Set<string>();
    const seen = new SeenNames();
    for (const [index, header] of (yield* this.readAll()).entries()) {
      yield;
      const about = this.about(this.ownerOf(header, index));
      for (let file = 0; file < header.files.at.length; file++) {
        if (header.files.at[file]! < 0 || !seen.isNew(header, file, about.directory)) continue;
        const path = filePath(header, file, () => about);
        if (path !== undefined) files.add(path);
      }
    }
    return [...files].sort();
  }

  /** The tables that use the file a client calls `client`: the same path, else those sharing the longest tail. */
  *match(client: string): Pieces<FileMatch> {
    const wanted = normalisePath(client);
    let found = this.matches.get(wanted);
    if (!found) this.matches.set(wanted, (found = yield* this.findUses(wanted)));
    return found;
  }

  private *findUses(wanted: string): Pieces<FileMatch> {
    const filesNamed = namedFiles(encoder.encode(baseName(wanted)));
    let uses: { header: LineHeader; path: string; files: Set<number> }[] = [];
    let best = 1;
    for (const [index, header] of (yield* this.readAll()).entries()) {
      yield;
      for (const file of filesNamed(header)) {
        if (ownPath(header, file) === undefined) yield* this.info.arrive();
        const path = this.path(header, file, undefined, index);
        if (path === undefined) continue;
        const components = commonSuffix(path, wanted);
        if (components < best) continue;
        if (components > best) uses = [];
        best = components;
        const use = uses.find((one) => one.header === header && one.path === path);
        if (use) use.files.add(file);
        else uses.push({ header, path, files: new Set([file]) });
      }
    }
    return { uses, components: uses.length === 0 ? 0 : best };
  }
}

/** Names that tables share, each of which is a path but once. */
class SeenNames {
  /** Names by compilation directory, and there by directory; all of them by where they stand. */
  private readonly known = new Map<string, Map<number, Set<number>>>();

  isNew(header: LineHeader, file: number, compiledIn: string): boolean {
    if (!sharesNames(header) || header.directories.source !== header.files.source) return true;
    const { at, directory } = header.files;
    let directories = this.known.get(compiledIn);
    if (!directories) this.known.set(compiledIn, (directories = new Map()));
    const place = header.directories.at[directory[file]!] ?? -1;
    let names = directories.get(place);
    if (!names) directories.set(place, (names = new Set()));
    const isNew = !names.has(at[file]!);
    names.add(at[file]!);
    return isNew;
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
