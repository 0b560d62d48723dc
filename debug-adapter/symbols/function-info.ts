/**
 * What is told of a function: from its DIE, its line table and its ranges, or from its ELF symbol where DWARF
 * knows none. Finds functions by pc and by name. Source: DWARF 5 §3.3.
 */
import { DW_AT, DW_TAG } from './constants.ts';
import type { DebugInfo } from './debug-info.ts';
import { shownName } from './demangle/demangle.ts';
import type { Die } from './die.ts';
import { guarded, type SymbolError } from './errors.ts';
import type { Functions } from './functions.ts';
import type { LineTables } from './line-tables.ts';
import type { NameIndex } from './name-index.ts';
import { type WantedFunction, wantedFunction } from './name-text.ts';
import { EXACT, type Fit, LOOSE } from './loose-names.ts';
import type { QualifiedNames } from './qualified-names.ts';
import type { RangeReader } from './ranges.ts';
import type { AddressRange } from './search.ts';
import type { ElfSymbol } from './symtab.ts';
import type { UnitIndex } from './unit-index.ts';
import type { Unit } from './unit.ts';

/** Functions, with code of their own or only in others. */
const KINDS = ['function', 'inlined'] as const;
const hasArguments = (component: string): boolean => component.includes('<');

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
  /** With its scopes and, in C++, the types of its parameters. */
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

/** The readers of one image that functions are told from. */
export interface FunctionSources {
  info: DebugInfo;
  units: UnitIndex;
  functions: Functions;
  ranges: RangeReader;
  lines: LineTables;
  names: NameIndex;
  qualified: QualifiedNames;
}

export class FunctionFinder {
  constructor(
    private readonly sources: FunctionSources,
    private readonly report: (error: SymbolError) => void,
  ) {}

  /** The DIE of the function at `pc`. */
  at(pc: number): Die | undefined {
    const { units, functions } = this.sources;
    const unit = units.at(pc);
    return unit && functions.at(unit, pc);
  }

  /** The function at a pc, and the blocks and inlined calls inside that hold it, outermost first. */
  chainAt(pc: number): readonly Die[] {
    const fn = this.at(pc);
    return fn ? this.sources.functions.chain(fn, pc) : [];
  }

  /**
   * The functions of that name that DWARF knows: by their symbols, which need no index; by the index when there
   * are none, as in a stripped file, or when symbols have other names.
   * @param isMangled symbols of C++ or Rust are among those of the file
   */
  named(name: string, symbols: readonly ElfSymbol[], isMangled: boolean): FunctionInfo[] {
    const { info, names } = this.sources;
    const wanted = wantedFunction(name);
    const isMeant = this.meant(wanted);
    const dies = new Map<number, Die>();
    for (const { address } of symbols) {
      const die = guarded(() => this.at(address), undefined, this.report);
      if (die && isMeant(die)) dies.set(die.offset, die);
    }
    if (dies.size === 0 || isMangled) {
      for (const offset of names.find(wanted.name, 'function')) {
        const die = guarded(() => info.die(offset), undefined, this.report);
        if (die && isMeant(die)) dies.set(offset, die);
      }
    }
    return [...dies.values()].flatMap(
      (die) => guarded(() => this.describe(die, undefined), undefined, this.report) ?? [],
    );
  }

  /**
   * Which functions a name means: those that are called exactly so; if there are none, those of which it leaves out scopes or default
   * arguments inside of parameters and of template arguments.
   */
  private meant(wanted: WantedFunction): (die: Die) => boolean {
    const { info, names, qualified } = this.sources;
    const fit = (die: Die): Fit => qualified.fit(die, wanted);
    const isPlain = wanted.parameters === undefined && ![...wanted.scope, wanted.name].some(hasArguments);
    if (isPlain) return (die) => fit(die) > 0;
    const known = KINDS.flatMap((kind) => names.find(wanted.name, kind));
    const least = known.some((offset) => fit(info.die(offset)) === EXACT) ? EXACT : LOOSE;
    return (die) => fit(die) >= least;
  }

  /** Where the inlined copies of the functions of that name begin. */
  inlinedCopies(name: string): number[] {
    const { info, names, functions } = this.sources;
    const wanted = wantedFunction(name);
    const isMeant = this.meant(wanted);
    const units = names.find(wanted.name, 'inlined').map((offset) => info.die(offset).unit);
    return functions.inlinedCopies(isMeant, units);
  }

  /** What is known of a function; with the inlined calls at `pc`. */
  describe(fn: Die, pc: number | undefined): FunctionInfo | undefined {
    const { info, functions, ranges: reader, qualified } = this.sources;
    const ranges = reader.of(fn);
    const name = qualified.functionName(fn) ?? shownLinkage(info.linkageName(fn));
    const first = ranges[0];
    if (!first || name === undefined) return undefined;
    const lowPc = fn.address(DW_AT.low_pc) ?? fn.address(DW_AT.entry_pc) ?? first.low;
    const inlined: InlinedCall[] = [];
    if (pc !== undefined) {
      for (const die of functions.chain(fn, pc)) {
        if (die.tag !== DW_TAG.inlined_subroutine) continue;
        inlined.unshift({
          name: qualified.functionName(die) ?? '<unnamed>',
          dieOffset: die.offset,
          ranges: reader.of(die),
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
      external: info.inherited(fn, DW_AT.external) !== undefined,
      source: 'dwarf',
      declaration: this.declared(fn),
      inlined,
    };
  }

  /** Where a DIE, or what it is an instance of, is declared. */
  declared(die: Die): SourcePosition | undefined {
    const declaring = this.sources.info.inherited(die, DW_AT.decl_line)?.from;
    return declaring && this.position(declaring, DW_AT.decl_file, DW_AT.decl_line);
  }

  /** The position that the named attributes of a DIE give. */
  position(die: Die, file: number, line: number, column?: number): SourcePosition | undefined {
    const { info, lines } = this.sources;
    const number = die.number(line);
    const header = lines.header(die.unit);
    const fileNumber = info.inherited(die, file)?.value;
    if (number === undefined || !header || fileNumber?.kind !== 'constant') return undefined;
    const path = lines.path(header, Number(fileNumber.value), die.unit);
    if (path === undefined) return undefined;
    return { file: path, line: number, column: (column !== undefined && die.number(column)) || 0 };
  }

  /** Identifies the innermost function, inlined call or block at `pc`; with the function's unit, entry and end. */
  blockAt(pc: number): { id: number; unit: Unit; entry: number; high: number } | undefined {
    const fn = this.at(pc);
    const about = fn && this.describe(fn, undefined);
    if (!about) return undefined;
    const id = this.sources.functions.chain(fn, pc).at(-1)!.offset;
    return { id, unit: fn.unit, entry: about.lowPc, high: about.highPc };
  }
}

/** A function without a name in the source is shown as the linker calls it: thunks of clang are such, into which the method is inlined. */
const shownLinkage = (linkage: string | undefined): string | undefined => linkage && shownName(linkage);

/** What an ELF symbol tells of the function it names. */
export function functionOfSymbol(symbol: ElfSymbol): FunctionInfo {
  return {
    name: shownName(symbol.name),
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
