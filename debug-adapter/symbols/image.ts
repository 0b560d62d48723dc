/**
 * The facade of this folder: one ELF file and everything the debug adapter asks of its symbols. Opening reads
 * headers only; each table is built when first needed. `open` throws `SymbolError`; no other method throws:
 * damage met later is kept in `problems` and the answer is undefined or empty. Addresses are link-time
 * addresses; the caller adds and removes a load bias. For a caller frame look up `return address - 1`.
 */
import { Breakpoints, type BreakpointLocations, type Statement } from './breakpoints.ts';
import { CallSites } from './call-sites.ts';
import { CallFrameInfo, type UnwoundFrame, unwindWith } from './cfi.ts';
import { DW_AT, DW_TAG } from './constants.ts';
import { DebugInfo, type SplitReference } from './debug-info.ts';
import type { Die } from './die.ts';
import {
  buildIdOf,
  type Elf,
  type ElfNote,
  isCodeAddress,
  linkedBytes,
  notesOf,
  parseElf,
  SHT,
} from './elf.ts';
import { guarded, SymbolError } from './errors.ts';
import { Functions } from './functions.ts';
import { decodeNameTable, encodeNameTable } from './index-file.ts';
import { ROW, rowAt, rowsAt } from './line-program.ts';
import { LineTables, rowSpans } from './line-tables.ts';
import type { MemoryReader, Registers } from './location.ts';
import { NameIndex, type NameKind } from './name-index.ts';
import { RangeReader } from './ranges.ts';
import { ScopedNames } from './scoped-names.ts';
import { type AddressRange, rangesContain } from './search.ts';
import { dwarfSections, unitSections } from './sections.ts';
import { readSplitFile } from './split.ts';
import { type ElfSymbol, SymbolTable } from './symtab.ts';
import { type CType, TypeReader } from './types.ts';
import { UnitIndex } from './unit-index.ts';
import type { Unit } from './unit.ts';
import { type Scope, type Variable, Variables } from './variables.ts';

export interface SourcePosition {
  file: string;
  line: number;
  column: number;
}

/** An inlined call at a pc. The call position is where the function around it calls it. */
export interface InlinedCall {
  name: string;
  dieOffset: number;
  ranges: readonly AddressRange[];
  call: SourcePosition | undefined;
  /** Of the function that was inlined. */
  declaration: SourcePosition | undefined;
}

export interface FunctionInfo {
  name: string;
  /** The entry point. */
  lowPc: number;
  /** One past the contiguous range that starts at `lowPc`. */
  highPc: number;
  /** All code of the function; more than one when it is split into hot and cold parts. */
  ranges: readonly AddressRange[];
  /** In `.debug_info`; undefined when only the symbol table knows the function. */
  dieOffset: number | undefined;
  external: boolean;
  source: 'dwarf' | 'symtab';
  declaration: SourcePosition | undefined;
  /** Inlined calls at the pc, innermost first. */
  inlined: readonly InlinedCall[];
}

export interface LineInfo extends SourcePosition {
  /** The row's addresses. */
  low: number;
  high: number;
  isStatement: boolean;
}

export interface FunctionRow extends LineInfo {
  prologueEnd: boolean;
}

/** Bytes of debug information from which on the index of names is worth keeping. */
const WORTH_KEEPING = 4 << 20;

/** Problems kept per image; a damaged file can have one for every entry. */
const PROBLEM_LIMIT = 100;

export class SymbolImage {
  private readonly kept: SymbolError[] = [];
  private readonly report = (error: SymbolError): void => {
    if (this.kept.length < PROBLEM_LIMIT && !this.kept.some((known) => known.message === error.message)) {
      this.kept.push(error);
    }
  };
  private readonly info: DebugInfo;
  private readonly ranges: RangeReader;
  private readonly units: UnitIndex;
  private readonly lines: LineTables;
  private readonly functions: Functions;
  private readonly names: NameIndex;
  private readonly scoped: ScopedNames;
  private readonly types: TypeReader;
  private readonly variables: Variables;
  private readonly breakpoints: Breakpoints;
  private readonly frames: CallFrameInfo;
  private table: SymbolTable | undefined;

  private constructor(
    readonly elf: Elf,
    readonly name: string,
    private readonly debugFile: Elf | undefined,
  ) {
    const isCode = (address: number): boolean => isCodeAddress(elf, address);
    const { report } = this;
    const elfs = debugFile ? [debugFile, elf] : [elf];
    const sections = dwarfSections(elfs, report);
    this.info = new DebugInfo(sections, unitSections(elfs, report), report);
    this.ranges = new RangeReader(this.info, isCode);
    this.units = new UnitIndex(this.info, this.ranges, isCode, report);
    this.lines = new LineTables(this.info, isCode, report);
    this.functions = new Functions(this.info, this.ranges, report);
    this.names = new NameIndex(this.info, report);
    this.scoped = new ScopedNames(this.info, this.names, report);
    this.types = new TypeReader(this.info, report, (tag, typeName) => this.definitionOf(tag, typeName));
    this.variables = new Variables(
      this.info,
      this.ranges,
      this.types,
      new CallSites(this.info, {
        unwind: ({ pc, registers, readMemory }) => this.unwind(pc, registers, readMemory),
        chainAt: (pc) => {
          const fn = this.functionDie(pc);
          return fn ? this.functions.chain(fn, pc) : [];
        },
      }),
      report,
    );
    this.breakpoints = new Breakpoints(this.info, this.lines, {
      blockAt: (pc) => this.blockAt(pc),
    });
    this.frames = new CallFrameInfo(sections, report, isCode);
  }

  /**
   * Opens an ELF file of i386 code as it is. `name` is what messages and the user call it. For files with
   * compressed sections, or whose debug information stands in other files, there is `loadSymbols`.
   */
  static open(bytes: Uint8Array, name: string): SymbolImage {
    return SymbolImage.of(parseElf(bytes), name);
  }

  /** An image of files that are parsed already: the program, and its separate debug file when it has one. */
  static of(elf: Elf, name: string, debugFile?: Elf): SymbolImage {
    return new SymbolImage(elf, name, debugFile);
  }

  /** The `.dwo` files that hold the debug information of units and are not here yet. */
  get missingSplits(): SplitReference[] {
    return this.info.missingSplits();
  }

  /** Adds a `.dwo` file or a `.dwp` package; before the first query, for answers are kept. */
  addSplit(elf: Elf): void {
    const { sections, contributionOf } = readSplitFile(elf, this.report);
    this.info.addSplit(sections, contributionOf);
  }

  /** Adds the supplementary file that dwz moved common parts into; before the first query. */
  addAlternate(elf: Elf): void {
    this.info.addAlternate(dwarfSections([elf], this.report), unitSections([elf], this.report));
  }

  /**
   * What the index of names is kept under: the build-id, or a hash of the debug information, and the shape of its
   * units; undefined when building the index anew is as fast as reading it.
   */
  get indexKey(): string | undefined {
    if (this.info.size < WORTH_KEEPING) return undefined;
    const identity = this.buildId ?? `${this.info.size.toString(16)}-${this.info.contentHash().toString(16)}`;
    return `${identity}-${this.info.fingerprint.toString(16)}`;
  }

  /** The index of names is complete. */
  get isIndexed(): boolean {
    return this.names.complete !== undefined;
  }

  /** Builds a little more of the index of names; gives the share that is done, 1 at the end. Queries finish it at once. */
  buildIndexStep(): number {
    return this.names.buildStep();
  }

  /** The index of names as bytes; undefined when it is not built. */
  saveIndex(): Uint8Array | undefined {
    const table = this.names.complete;
    return table && encodeNameTable(table, this.info.fingerprint);
  }

  /** Takes an index that `saveIndex` gave of the same file; false when it is another's or damaged. */
  restoreIndex(bytes: Uint8Array): boolean {
    const table = decodeNameTable(bytes, this.info.fingerprint, this.info.size);
    if (table) this.names.restore(table);
    return table !== undefined;
  }

  /** Enters a problem that the loader of the image met. */
  addProblem(error: SymbolError): void {
    this.report(error);
  }

  /** What was found wrong so far, each once; 'dwarf-missing' when there is no debug information. */
  get problems(): readonly SymbolError[] {
    const [missing, ...more] = this.missingSplits;
    if (!missing) return this.kept;
    const others = more.length > 0 ? ` and ${String(more.length)} more` : '';
    const problem = new SymbolError(
      'dwarf-split',
      `The split-off debug information ${missing.name}${others} was expected where it was built (${missing.directory}) or beside ${this.name}, it is not there; copy it, make a .dwp package, or build without -gsplit-dwarf.`,
    );
    return [...this.kept, problem];
  }

  get hasDebugInfo(): boolean {
    return this.info.count > 0;
  }

  get entry(): number {
    return this.elf.entry;
  }

  get buildId(): string | undefined {
    return buildIdOf(this.elf);
  }

  get notes(): ElfNote[] {
    return notesOf(this.elf);
  }

  get symbols(): SymbolTable {
    const { elf, debugFile } = this;
    const source = debugFile?.sections.some((s) => s.type === SHT.symtab) ? debugFile : elf;
    return (this.table ??= this.ask(() => SymbolTable.of(source), SymbolTable.empty(elf)));
  }

  /** The ELF symbol that covers `address`. */
  symbolAt(address: number): ElfSymbol | undefined {
    return this.ask(() => this.symbols.nearest(address), undefined);
  }

  symbolNamed(name: string): ElfSymbol | undefined {
    return this.ask(() => this.symbols.named(name), undefined);
  }

  /** True when `address` lies in executable code of the file. */
  isCode(address: number): boolean {
    return isCodeAddress(this.elf, address);
  }

  /** The program's bytes as linked; undefined outside the file's segments. */
  linkedBytes(address: number, length: number): Uint8Array | undefined {
    return linkedBytes(this.elf, address, length);
  }

  private ask<T>(read: () => T, fallback: T): T {
    return guarded(read, fallback, this.report);
  }

  // --- functions -----------------------------------------------------------------------------------------

  /** The function at `pc` with the inlined calls there; by the symbol table where DWARF knows none. */
  functionAt(pc: number): FunctionInfo | undefined {
    return (
      this.ask(() => {
        const fn = this.functionDie(pc);
        return fn && this.describeFunction(fn, pc);
      }, undefined) ?? this.ask(() => this.symbolFunction(pc), undefined)
    );
  }

  /** All functions of that name with code of their own, external ones first. */
  findFunctions(name: string): FunctionInfo[] {
    const symbols = this.ask(() => this.symbols.ofFunction(name), []).filter((s) => this.isCode(s.address));
    const found = this.ask(() => this.functionsNamed(name, symbols), []);
    if (found.length > 0) return found.sort((a, b) => Number(b.external) - Number(a.external));
    const symbol =
      symbols.find((one) => one.name === name && one.global) ?? symbols.find((one) => one.name === name);
    return symbol ? [this.functionOfSymbol(symbol)] : [];
  }

  /** Their entries: by their symbols, which need no index; by the index when there are none, as in a stripped file. */
  private functionsNamed(name: string, symbols: readonly ElfSymbol[]): FunctionInfo[] {
    const dies = new Map<number, Die>();
    for (const { address } of symbols) {
      const die = this.ask(() => this.functionDie(address), undefined);
      if (die && this.info.name(die) === name) dies.set(die.offset, die);
    }
    if (dies.size === 0) {
      for (const offset of this.names.find(name, 'function')) {
        const die = this.ask(() => this.info.die(offset), undefined);
        if (die) dies.set(offset, die);
      }
    }
    return [...dies.values()].flatMap(
      (die) => this.ask(() => this.describeFunction(die, undefined), undefined) ?? [],
    );
  }

  /** The function of that name: the external one when there are several. */
  findFunction(name: string): FunctionInfo | undefined {
    return this.findFunctions(name)[0];
  }

  /**
   * Where a breakpoint on the function called `name` goes: past the prologue of each function of that name, and
   * the entry of each inlined copy. Ascending; empty when there is none.
   */
  addressesForFunction(name: string): number[] {
    const addresses = new Set(this.findFunctions(name).map((fn) => this.prologueEnd(fn.lowPc)));
    const units = this.ask(
      () => this.names.find(name, 'inlined').map((offset) => this.info.die(offset).unit),
      [],
    );
    for (const entry of this.ask(() => this.functions.inlinedCopies(name, units), [])) addresses.add(entry);
    return [...addresses].sort((a, b) => a - b);
  }

  functionNames(): string[] {
    return this.ask(() => this.names.names('function'), []);
  }

  private functionDie(pc: number): Die | undefined {
    const unit = this.units.at(pc);
    return unit && this.functions.at(unit, pc);
  }

  private describeFunction(fn: Die, pc: number | undefined): FunctionInfo | undefined {
    const ranges = this.ranges.of(fn);
    const name = this.info.name(fn);
    const first = ranges[0];
    if (!first || name === undefined) return undefined;
    const lowPc = fn.address(DW_AT.low_pc) ?? fn.address(DW_AT.entry_pc) ?? first.low;
    const inlined: InlinedCall[] = [];
    if (pc !== undefined) {
      for (const die of this.functions.chain(fn, pc)) {
        if (die.tag !== DW_TAG.inlined_subroutine) continue;
        inlined.unshift({
          name: this.info.name(die) ?? '<unnamed>',
          dieOffset: die.offset,
          ranges: this.ranges.of(die),
          call: this.position(die, DW_AT.call_file, DW_AT.call_line, DW_AT.call_column),
          declaration: this.declared(die),
        });
      }
    }
    return {
      name,
      lowPc,
      highPc: ranges.find((range) => lowPc >= range.low && lowPc < range.high)?.high ?? first.high,
      ranges,
      dieOffset: fn.offset,
      external: this.info.inherited(fn, DW_AT.external) !== undefined,
      source: 'dwarf',
      declaration: this.declared(fn),
      inlined,
    };
  }

  private declared(die: Die): SourcePosition | undefined {
    const declaring = this.info.inherited(die, DW_AT.decl_line)?.from;
    return declaring && this.position(declaring, DW_AT.decl_file, DW_AT.decl_line);
  }

  private position(die: Die, file: number, line: number, column?: number): SourcePosition | undefined {
    const number = die.number(line);
    const header = this.lines.header(die.unit);
    const fileNumber = this.info.inherited(die, file)?.value;
    if (number === undefined || !header || fileNumber?.kind !== 'constant') return undefined;
    const path = this.lines.path(header, Number(fileNumber.value), die.unit);
    if (path === undefined) return undefined;
    return { file: path, line: number, column: (column !== undefined && die.number(column)) || 0 };
  }

  private symbolFunction(pc: number): FunctionInfo | undefined {
    if (!this.isCode(pc)) return undefined;
    const symbol = this.symbols.nearest(pc, true);
    return symbol && this.functionOfSymbol(symbol);
  }

  private functionOfSymbol(symbol: ElfSymbol): FunctionInfo {
    return {
      name: symbol.name,
      lowPc: symbol.address,
      highPc: symbol.end,
      ranges: [{ low: symbol.address, high: symbol.end }],
      dieOffset: undefined,
      external: symbol.global,
      source: 'symtab',
      declaration: undefined,
      inlined: [],
    };
  }

  private blockAt(pc: number): { id: number; unit: Unit; entry: number; high: number } | undefined {
    const fn = this.functionDie(pc);
    const about = fn && this.describeFunction(fn, undefined);
    if (!about) return undefined;
    const id = this.functions.chain(fn, pc).at(-1)!.offset;
    return { id, unit: fn.unit, entry: about.lowPc, high: about.highPc };
  }

  // --- lines ---------------------------------------------------------------------------------------------

  /** All rows at exactly `pc`: several where code of several functions was put together. In the order of the table. */
  rowsAt(pc: number): LineInfo[] {
    return this.ask(() => {
      const unit = this.units.at(pc);
      const rows = unit && this.lines.of(unit);
      const winner = rows && this.lineAt(pc);
      if (!rows || winner?.low !== pc) return [];
      const [from, to] = rowsAt(rows, pc);
      return Array.from({ length: to - from }, (_, n): LineInfo => {
        const row = from + n;
        return {
          ...{ file: this.lines.path(rows.header, rows.file[row]!, unit) ?? '', line: rows.line[row]! },
          ...{ column: rows.column[row]!, low: pc, high: winner.high },
          isStatement: (rows.flags[row]! & ROW.isStatement) !== 0,
        };
      });
    }, []);
  }

  /** The source position of `pc`; line 0 is code the compiler made. */
  lineAt(pc: number): LineInfo | undefined {
    return this.ask(() => {
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
    }, undefined);
  }

  /** The rows of the function at `pc`, one per address, in address order. */
  rowsOfFunction(pc: number): FunctionRow[] {
    return this.ask(() => {
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
    }, []);
  }

  /** The merged addresses that are the same source line as `pc` within its function: what one step leaves. */
  lineRanges(pc: number): AddressRange[] {
    return this.ask(() => {
      const unit = this.units.at(pc);
      return unit ? this.breakpoints.lineRanges(unit, pc, this.boundsAt(unit, pc)) : [];
    }, []);
  }

  private boundsAt(unit: Unit, pc: number): readonly AddressRange[] {
    const fn = this.functions.at(unit, pc);
    if (fn) return this.ranges.of(fn);
    const symbol = this.symbols.nearest(pc, true);
    if (symbol && symbol.end > pc) return [{ low: symbol.address, high: symbol.end }];
    const line = this.lineAt(pc);
    return line ? [{ low: line.low, high: line.high }] : [];
  }

  /** Where a breakpoint on `line` of the client's `file` goes; undefined when no code is at or after it. */
  addressesForLine(file: string, line: number): BreakpointLocations | undefined {
    return this.ask(() => this.breakpoints.locations(this.lines.match(file), line), undefined);
  }

  /** The lines of `file` from `from` to `to`, both included, that can have a breakpoint. */
  breakpointLines(file: string, from: number, to: number): number[] {
    return this.ask(() => this.breakpoints.linesOf(this.lines.match(file), from, to), []);
  }

  /** The statements of `file` from line `from` to line `to`, both included, with their columns. */
  statements(file: string, from: number, to: number): Statement[] {
    return this.ask(() => this.breakpoints.statements(this.lines.match(file), from, to), []);
  }

  /** Every source file the line tables name: absolute, normalised, sorted. */
  sourceFiles(): string[] {
    return this.ask(() => this.lines.sourceFiles(), []);
  }

  /** The address after the prologue of the function whose entry is `functionLow`; the entry for assembly. */
  prologueEnd(functionLow: number): number {
    return this.ask(() => {
      const unit = this.units.at(functionLow);
      const fn = unit && this.functions.at(unit, functionLow);
      const about = fn && this.describeFunction(fn, undefined);
      if (!unit || !about) return functionLow;
      return this.breakpoints.prologueEnd(unit, about.lowPc, about.highPc);
    }, functionLow);
  }

  /** False only between a function's entry and the end of its prologue. */
  isAfterPrologue(pc: number): boolean {
    const fn = this.functionAt(pc);
    if (!fn || pc < fn.lowPc || pc >= fn.highPc) return true;
    return pc >= this.prologueEnd(fn.lowPc);
  }

  // --- variables and types ---------------------------------------------------------------------------------

  /** The scopes at `pc`, innermost first, across inlined calls up to the function itself. */
  scopesAt(pc: number): Scope[] {
    return this.ask(() => {
      const fn = this.functionDie(pc);
      return fn ? this.variables.scopes(this.functions.chain(fn, pc), pc) : [];
    }, []);
  }

  /** The global or file-level variable of that name: of the unit at `pc` first, then an external one. */
  findVariable(name: string, pc?: number): Variable | undefined {
    return this.ask(() => {
      const here = pc === undefined ? undefined : this.units.at(pc);
      const dies = this.names.find(name, 'variable').map((offset) => this.info.die(offset));
      const external = (die: Die): boolean => this.info.inherited(die, DW_AT.external) !== undefined;
      const located = (die: Die): boolean => this.info.inherited(die, DW_AT.location) !== undefined;
      const die =
        dies.find((candidate) => candidate.unit === here && located(candidate)) ??
        dies.find((candidate) => candidate.unit === here) ??
        dies.find((candidate) => external(candidate) && located(candidate)) ??
        dies.find(located) ??
        dies[0];
      return die && this.variables.variable(die, undefined, undefined);
    }, undefined);
  }

  /** The variable `name` of the function `scope` when it is static there, or else of the file `scope`. */
  findScoped(scope: string, name: string): Variable | undefined {
    return this.ask(() => {
      const die = this.scoped.variable(scope, name);
      return die && this.variables.variable(die, undefined, undefined);
    }, undefined);
  }

  /** The enumeration that has this enumerator, and its value; the unit at `pc` comes first. */
  findEnumerator(name: string, pc?: number): { type: CType; value: bigint } | undefined {
    return this.ask(() => {
      const offset = this.scoped.enumeration(name, pc === undefined ? undefined : this.units.at(pc));
      const type = offset === undefined ? undefined : this.types.at(offset);
      if (type?.kind !== 'enum') return undefined;
      const found = type.enumerators.find((enumerator) => enumerator.name === name);
      return found && { type, value: found.value };
    }, undefined);
  }

  /** Where the variable or function of a DIE is declared in the source. */
  declarationOf(dieOffset: number): SourcePosition | undefined {
    return this.ask(() => {
      const from = this.info.inherited(this.info.die(dieOffset), DW_AT.decl_line)?.from;
      return from && this.position(from, DW_AT.decl_file, DW_AT.decl_line);
    }, undefined);
  }

  /** The type of a function that DWARF knows. */
  functionType(dieOffset: number): CType | undefined {
    return this.ask(() => this.types.at(dieOffset), undefined);
  }

  /** Names of all structs, unions, enums, and of typedefs and base types, sorted. */
  typeNames(kind: 'struct' | 'union' | 'enum' | 'type'): string[] {
    return this.ask(() => this.names.names(kind), []);
  }

  /** Names of all global and file-level variables, sorted. */
  globals(): string[] {
    return this.ask(() => this.names.names('variable'), []);
  }

  /**
   * `struct x`, `union x`, `enum x`, or the name of a typedef or base type; a definition if there is one. Of
   * several types of that name the one of the unit at `pc`.
   */
  findType(name: string, pc?: number): CType | undefined {
    return this.ask(() => {
      const [, word, tagged] = /^(struct|union|enum)\s+(\w+)$/.exec(name.trim()) ?? [];
      const kind = (word ?? 'type') as NameKind;
      const bare = tagged ?? name.trim().replace(/\s+/g, ' ');
      const here = pc === undefined ? undefined : this.units.at(pc);
      const offset = (here && this.names.findIn(here, bare, kind)) ?? this.names.first(bare, kind);
      return offset === undefined ? undefined : this.types.at(offset);
    }, undefined);
  }

  private definitionOf(tag: number, name: string): number | undefined {
    const kind: NameKind =
      tag === DW_TAG.union_type ? 'union' : tag === DW_TAG.enumeration_type ? 'enum' : 'struct';
    return this.names.first(name, kind);
  }

  // --- frames ----------------------------------------------------------------------------------------------

  /** CFA and caller's registers by call frame information; undefined where there is none for `pc`. */
  unwind(pc: number, registers: Registers, readMemory: MemoryReader): UnwoundFrame | undefined {
    return this.ask(() => {
      const row = this.frames.rowAt(pc);
      return row && unwindWith(row, registers, readMemory);
    }, undefined);
  }

  /** True when call frame information covers `pc`. */
  hasFrameInfo(pc: number): boolean {
    return this.ask(() => this.frames.rowAt(pc) !== undefined, false);
  }

  /** True when `pc` lies inside one of `ranges`. */
  static contains(ranges: readonly AddressRange[], pc: number): boolean {
    return rangesContain(ranges, pc);
  }

  /** Line programs decoded so far: 0 after opening. */
  get decodedLineTables(): number {
    return this.lines.decoded;
  }
}

export type { BreakpointLocations } from './breakpoints.ts';
export type { UnwoundFrame } from './cfi.ts';
export type { FrameContext, Location, MemoryReader, Registers } from './location.ts';
export type { AddressRange } from './search.ts';
export type { Scope, Variable } from './variables.ts';
