/**
 * The facade of this folder: one ELF file and everything the debug adapter asks of its symbols. Opening reads
 * headers only; each table is built when first needed. `open` throws `SymbolError`; no other method throws:
 * damage met later is kept in `problems` and the answer is undefined or empty. Addresses are link-time
 * addresses; the caller adds and removes a load bias. For a caller frame look up `return address - 1`.
 */
import type { BreakpointLocations, Statement } from './breakpoints.ts';
import { byAddress } from './by-address.ts';
import { type FrameRow, type UnwoundFrame, unwindWith } from './cfi-rules.ts';
import type { SplitReference } from './debug-info.ts';
import type { Die } from './die.ts';
import { DemangledNames } from './demangled-names.ts';
import { type Elf, parseElf, SHT } from './elf.ts';
import type { SymbolError } from './errors.ts';
import { guarded } from './errors.ts';
import { type FunctionInfo, functionOfSymbol, type SourcePosition } from './function-info.ts';
import { HANDED_ON } from './known-callers.ts';
import { KeptIndex } from './kept-index.ts';
import { loadAddress, loadBias } from './load-address.ts';
import type { MemoryReader, Registers } from './location.ts';
import { buildIdOf, type ElfNote, hexDigits, notesOf } from './notes.ts';
import { atOnce, guardedPieces, type Pieces } from './pieces.ts';
import { isCodeAddress, linkedBytes } from './program-bytes.ts';
import { createReaders, type Readers } from './readers.ts';
import type { AddressRange } from './search.ts';
import { dwarfSections, unitSections } from './sections.ts';
import type { FunctionRow, LineInfo } from './source-lines.ts';
import { missingSplitProblem, readSplitFile } from './split.ts';
import { type ElfSymbol, SymbolTable } from './symtab.ts';
import type { CType } from './types.ts';
import type { Scope, Variable } from './variables.ts';

/** Problems kept per image; a damaged file can have one for every entry. */
const PROBLEM_LIMIT = 100;

export class SymbolImage {
  private readonly kept: SymbolError[] = [];
  /** Hears of each problem that is found from now on, once. */
  onProblem: ((error: SymbolError) => void) | undefined;
  private readonly report = (error: SymbolError): void => {
    if (this.kept.length < PROBLEM_LIMIT && !this.kept.some((known) => known.message === error.message)) {
      this.kept.push(error);
      this.onProblem?.(error);
    }
  };
  private readonly readers: Readers;
  /** The index of names, to be built and kept. */
  readonly index: KeptIndex;
  private table: SymbolTable | undefined;
  /** What C++ and Rust call what only symbols know. */
  private readonly demangled = new DemangledNames(() => this.symbols);

  private constructor(
    readonly elf: Elf,
    readonly name: string,
    private readonly debugFile: Elf | undefined,
  ) {
    this.readers = createReaders(debugFile ? [debugFile, elf] : [elf], this, this.report);
    const { info, names } = this.readers;
    this.index = new KeptIndex(info, names, () => this.buildId);
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
    return this.readers.info.missingSplits();
  }

  /** Adds a `.dwo` file or a `.dwp` package; before the first query, for answers are kept. */
  addSplit(elf: Elf): void {
    const { sections, contributionOf } = readSplitFile(elf, this.report);
    this.readers.info.addSplit(sections, contributionOf);
  }

  /** Adds the supplementary file that dwz moved common parts into; before the first query. */
  addAlternate(elf: Elf): void {
    this.readers.info.addAlternate(dwarfSections([elf], this.report), unitSections([elf], this.report));
  }

  /** Enters a problem that the loader of the image met. */
  addProblem(error: SymbolError): void {
    this.report(error);
  }

  /** What was found wrong so far, each once; 'dwarf-missing' when there is no debug information. */
  get problems(): readonly SymbolError[] {
    const missing = missingSplitProblem(this.missingSplits, this.name);
    return missing ? [...this.kept, missing] : this.kept;
  }

  get hasDebugInfo(): boolean {
    return !this.readers.info.isEmpty;
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
  readonly symbolAt = byAddress((address): ElfSymbol | undefined =>
    this.ask(() => this.symbols.nearest(address), undefined),
  );

  symbolNamed(name: string): ElfSymbol | undefined {
    return this.ask(() => this.symbols.named(name), undefined);
  }

  /** How far from where it is linked the code at a physical address was loaded, when that is elsewhere. */
  loadBias(physical: number): number | undefined {
    return loadBias(this.elf, physical);
  }

  /** Where code that is linked at an address is loaded, when that is elsewhere. */
  loadAddress(linked: number): number | undefined {
    return loadAddress(this.elf, linked);
  }

  /** True when `address` lies in executable code of the file. */
  isCode(address: number): boolean {
    return isCodeAddress(this.elf, address);
  }

  /** The program's bytes as linked; undefined outside the file's segments. */
  linkedBytes(address: number, length: number): Uint8Array | undefined {
    return linkedBytes(this.elf, address, length);
  }

  /**
   * Who asks for what is not there yet, units that are still coming or the index of names, is told to ask again: `interrupt` throws, and
   * has the work done meanwhile. If it returns, the question does it at once.
   */
  interruptQuestions(interrupt: (what: 'units' | 'index', work: () => Pieces<void>) => void): void {
    const { info, names } = this.readers;
    info.beforeFinishing = () => {
      interrupt('units', () => info.arrive());
    };
    names.beforeFinishing = () => {
      interrupt('index', () => this.index.build());
    };
  }

  /** Makes the tables of addresses, which every stop needs. */
  *prepare(): Pieces<void> {
    yield* this.index.arrive();
    void this.symbols;
    yield;
    yield* this.askInPieces(this.demangled.build(), undefined);
    yield* this.askInPieces(this.readers.units.prepare(), undefined);
  }

  private ask<T>(read: () => T, fallback: T): T {
    return guarded(read, fallback, this.report);
  }

  private askInPieces<T>(work: Pieces<T>, fallback: T): Pieces<T> {
    return guardedPieces(work, fallback, this.report);
  }

  // --- functions -----------------------------------------------------------------------------------------

  /** The function at `pc` with the inlined calls there; by the symbol table where DWARF knows none. */
  readonly functionAt = byAddress(
    (pc): FunctionInfo | undefined =>
      this.ask(() => {
        const fn = this.readers.finder.at(pc);
        return fn && this.readers.finder.describe(fn, pc);
      }, undefined) ?? this.ask(() => this.symbolFunction(pc), undefined),
  );

  /** All functions of that name with code of their own, external ones first. */
  findFunctions(name: string): FunctionInfo[] {
    const symbols = this.ask(() => this.symbols.ofFunction(name), []).filter((s) => this.isCode(s.address));
    const found = this.ask(() => this.readers.finder.named(name, symbols, this.symbols.isMangled), []);
    if (found.length > 0) return found.sort((a, b) => Number(b.external) - Number(a.external));
    const symbol =
      symbols.find((one) => one.name === name && one.global) ?? symbols.find((one) => one.name === name);
    if (symbol) return [functionOfSymbol(symbol)];
    const called = this.ask(() => this.demangled.functions(name), []).filter((s) => this.isCode(s.address));
    return [...new Map(called.map((one) => [one.address, functionOfSymbol(one)])).values()];
  }

  /** The function of that name: the external one when there are several. */
  findFunction(name: string): FunctionInfo | undefined {
    return this.findFunctions(name)[0];
  }

  /** Is a function or type of that name a template that has instances? */
  isTemplate(name: string): boolean {
    // Without symbols of C++ or Rust, a question about a `<` must not have the index built.
    const isKnown = () => this.readers.named.isTemplate(name) || this.demangled.isTemplate(name);
    return this.symbols.isMangled && this.ask(isKnown, false);
  }

  /** Where a breakpoint on a function goes: past the prologue of each of that name, and to the entry of each inlined copy. Ascending. */
  addressesForFunction(name: string): number[] {
    const addresses = new Set(this.findFunctions(name).map((fn) => this.prologueEnd(fn.lowPc)));
    for (const entry of this.ask(() => this.readers.finder.inlinedCopies(name), [])) addresses.add(entry);
    return [...addresses].sort((a, b) => a - b);
  }

  /** The same in pieces. */
  *searchFunction(name: string): Pieces<number[]> {
    yield* this.prepare();
    yield* this.index.build();
    return this.addressesForFunction(name);
  }

  functionNames(): string[] {
    return this.ask(() => this.readers.names.names('function'), []);
  }

  private symbolFunction(pc: number): FunctionInfo | undefined {
    if (!this.isCode(pc)) return undefined;
    const symbol = this.symbols.nearest(pc, true);
    return symbol && functionOfSymbol(symbol);
  }

  // --- lines ---------------------------------------------------------------------------------------------

  /** All rows at exactly `pc`: several where code of several functions was put together. In the order of the table. */
  readonly rowsAt = byAddress((pc): readonly LineInfo[] =>
    this.ask(() => this.readers.sourceLines.rowsAt(pc), []),
  );

  /** The source position of `pc`; line 0 is code the compiler made. */
  readonly lineAt = byAddress((pc): LineInfo | undefined =>
    this.ask(() => this.readers.sourceLines.at(pc), undefined),
  );

  /** The MD5 of a source file that the code at `pc` was compiled with, in hexadecimal digits; undefined where none is recorded. */
  sourceDigest(pc: number, file: string): string | undefined {
    const digest = this.ask(() => this.readers.sourceLines.digest(pc, file), undefined);
    return digest && hexDigits(digest);
  }

  /** Where the statements of the whole program begin. */
  allStatements(): { readonly file: string; readonly line: number; readonly address: number }[] {
    return this.ask(() => [...this.readers.sourceLines.statements()], []);
  }

  /** The rows of the function at `pc`, one per address, in address order. */
  rowsOfFunction(pc: number): FunctionRow[] {
    return this.ask(() => this.readers.sourceLines.rowsOfFunction(pc), []);
  }

  /** The merged addresses that are the same source line as `pc` within its function: what one step leaves. */
  readonly lineRanges = byAddress((pc): readonly AddressRange[] =>
    this.ask(() => {
      const unit = this.readers.units.at(pc);
      return unit
        ? this.readers.breakpoints.lineRanges(unit, pc, this.readers.sourceLines.boundsAt(unit, pc))
        : [];
    }, []),
  );

  /** Where a breakpoint on `line` of the client's `file` goes; undefined when no code is at or after it. */
  addressesForLine(file: string, line: number): BreakpointLocations | undefined {
    return atOnce(this.searchLine(file, line));
  }

  /** The same in pieces: the first line of a kernel, and each of a header, takes a while. */
  searchLine(file: string, line: number): Pieces<BreakpointLocations | undefined> {
    return this.askInPieces(this.readers.breakpoints.locations(file, line), undefined);
  }

  /** The lines of `file` from `from` to `to`, both included, that can have a breakpoint. */
  breakpointLines(file: string, from: number, to: number): number[] {
    return atOnce(this.askInPieces(this.readers.breakpoints.linesOf(file, from, to), []));
  }

  /** The statements of `file` from line `from` to line `to`, both included, with their columns. */
  statements(file: string, from: number, to: number): Statement[] {
    return atOnce(this.searchStatements(file, from, to));
  }

  /** The same in pieces. */
  searchStatements(file: string, from: number, to: number): Pieces<Statement[]> {
    return this.askInPieces(this.readers.breakpoints.statements(file, from, to), []);
  }

  /** Every source file the line tables name: absolute, normalised, sorted. */
  sourceFiles(): string[] {
    return atOnce(this.listSources());
  }

  /** The same in pieces. */
  listSources(): Pieces<string[]> {
    return this.askInPieces(this.readers.lines.sourceFiles(), []);
  }

  /** The address after the prologue of the function whose entry is `functionLow`; the entry for assembly. */
  prologueEnd(functionLow: number): number {
    return this.ask(() => {
      const fn = this.readers.finder.at(functionLow);
      const about = fn && this.readers.finder.describe(fn, undefined);
      return about ? this.readers.breakpoints.prologueEnd(fn.unit, about.lowPc, about.highPc) : functionLow;
    }, functionLow);
  }

  // --- variables and types ---------------------------------------------------------------------------------

  /** The scopes at `pc`, innermost first, across inlined calls up to the function itself. */
  readonly scopesAt = byAddress((pc): readonly Scope[] =>
    this.ask(() => {
      const chain = this.readers.finder.chainAt(pc);
      return chain.length > 0 ? this.readers.variables.scopes(chain, pc) : [];
    }, []),
  );

  /** The variables of the file that the code at `pc` is compiled from, in its order. */
  fileVariables(pc: number): Variable[] {
    return this.ask(() => {
      const unit = this.readers.units.at(pc);
      return unit ? this.readers.variables.ofFile(this.readers.info.root(unit)) : [];
    }, []);
  }

  /**
   * The global or file-level variable of that name: of the unit at `pc` first, then an external one; then one that is only declared there,
   * for its place has a symbol.
   */
  findVariable(name: string, pc?: number): Variable | undefined {
    const { named } = this.readers;
    return this.ask(() => this.variableOf(named.variable(name, pc) ?? this.declared(name, pc)), undefined);
  }

  private declared(name: string, pc: number | undefined): Die | undefined {
    // To look through a large unit takes a while: not for what has no place, such as enumerators, nor for functions.
    const symbol = this.symbols.named(name);
    if (!symbol || symbol.type === 'function') return undefined;
    const scopes = pc === undefined ? [] : this.readers.finder.chainAt(pc);
    return this.readers.named.declaredVariable(name, pc, scopes);
  }

  private variableOf(die: Die | undefined): Variable | undefined {
    return die && this.readers.variables.variable(die, undefined, undefined);
  }

  /** The variable `name` of the function `scope` when it is static there, or else of the file, namespace or class `scope`. */
  findScoped(scope: string, name: string): Variable | undefined {
    return this.ask(() => this.variableOf(this.readers.scoped.variable(scope, name)), undefined);
  }

  /** The enumeration that has this enumerator, and its value; the unit at `pc` comes first. @param scope namespace, class or enumeration */
  findEnumerator(name: string, pc?: number, scope?: string): { type: CType; value: bigint } | undefined {
    return this.ask(() => this.readers.named.enumerator(name, pc, scope), undefined);
  }

  /** Where the variable or function of a DIE is declared in the source. */
  readonly declarationOf = byAddress((dieOffset): SourcePosition | undefined =>
    this.ask(() => this.readers.finder.declared(this.readers.info.die(dieOffset)), undefined),
  );

  /** The type of a function that DWARF knows. */
  functionType(dieOffset: number): CType | undefined {
    return this.ask(() => this.readers.types.at(dieOffset), undefined);
  }

  /** Names of all structs, unions, enums, and of typedefs and base types, sorted. */
  typeNames(kind: 'struct' | 'union' | 'enum' | 'type'): string[] {
    return this.ask(() => this.readers.names.names(kind), []);
  }

  /** Names of all global and file-level variables, sorted. */
  globals(): string[] {
    return this.ask(() => this.readers.names.names('variable'), []);
  }

  /**
   * `struct x`, `union x`, `enum x`, or the name of a typedef or base type; a definition if there is one. Of
   * several types of that name the one of the unit at `pc`.
   */
  findType(name: string, pc?: number): CType | undefined {
    return this.ask(() => this.readers.named.type(name, pc), undefined);
  }

  // --- frames ----------------------------------------------------------------------------------------------

  /** CFA and caller's registers by call frame information; undefined where there is none for `pc`. */
  unwind(pc: number, registers: Registers, readMemory: MemoryReader): UnwoundFrame | undefined {
    const row = this.frameRow(pc);
    if (!row || row.plain) return row && unwindWith(row, registers, readMemory);
    return this.ask(() => unwindWith(row, registers, readMemory), undefined);
  }

  /** By the call frame information at `pc`: `UnwindSource.handsOn`. */
  handsOn(pc: number): readonly number[] | undefined {
    const row = this.frameRow(pc);
    return row ? row.plain?.handsOn : HANDED_ON;
  }

  private readonly frameRow = byAddress((pc): FrameRow | undefined =>
    this.ask(() => this.readers.frames.rowAt(pc), undefined),
  );

  /** How the CFA is found all over the code of the function with this entry: see `CallFrameInfo.cfaRows`. */
  readonly cfaRows = byAddress((functionLow): readonly number[] | undefined =>
    this.ask(() => {
      const fn = this.functionAt(functionLow);
      return fn?.source === 'dwarf' ? this.readers.frames.cfaRows(fn.ranges) : undefined;
    }, undefined),
  );

  /** Line programs decoded so far: 0 after opening. */
  get decodedLineTables(): number {
    return this.readers.lines.decoded;
  }
}

export type { BreakpointLocations } from './breakpoints.ts';
export type { UnwoundFrame } from './cfi-rules.ts';
export type { FunctionInfo, InlinedCall, SourcePosition } from './function-info.ts';
export type { FunctionRow, LineInfo } from './source-lines.ts';
export type { FrameContext, Homes, Location, MemoryReader, Registers } from './location.ts';
export type { AddressRange } from './search.ts';
export type { Scope, Variable } from './variables.ts';
