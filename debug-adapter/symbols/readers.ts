/**
 * The readers of one image, each over the others that it needs: units, functions, lines, names, types, variables, frames. Nothing is read before
 * one of them is asked.
 */
import { Breakpoints } from './breakpoints.ts';
import { CallSites } from './call-sites.ts';
import { CallFrameInfo } from './cfi.ts';
import { DebugInfo } from './debug-info.ts';
import { type Elf, SHF } from './elf.ts';
import type { SymbolError } from './errors.ts';
import { FunctionFinder } from './function-info.ts';
import { Functions } from './functions.ts';
import type { SymbolImage } from './image.ts';
import { LineTables } from './line-tables.ts';
import { NameIndex } from './name-index.ts';
import { NamedEntries } from './named-entries.ts';
import { QualifiedNames } from './qualified-names.ts';
import { RangeReader } from './ranges.ts';
import { ScopedNames } from './scoped-names.ts';
import { dwarfSections, unitSections } from './sections.ts';
import { SourceLines } from './source-lines.ts';
import { TypeReader } from './type-reader.ts';
import { UnitIndex } from './unit-index.ts';
import { Variables } from './variables.ts';

export interface Readers {
  readonly info: DebugInfo;
  readonly units: UnitIndex;
  readonly lines: LineTables;
  readonly functions: Functions;
  readonly names: NameIndex;
  readonly qualified: QualifiedNames;
  readonly finder: FunctionFinder;
  readonly sourceLines: SourceLines;
  readonly scoped: ScopedNames;
  readonly named: NamedEntries;
  readonly types: TypeReader;
  readonly variables: Variables;
  readonly breakpoints: Breakpoints;
  readonly frames: CallFrameInfo;
}

/**
 * @param elfs the program, behind the file of its debug information if that is another one
 * @param image what they know the program by: its code, symbols and frames
 */
export function createReaders(
  elfs: readonly Elf[],
  image: Pick<SymbolImage, 'isCode' | 'symbols' | 'symbolNamed' | 'unwind'>,
  report: (error: SymbolError) => void,
): Readers {
  const isCode = (address: number): boolean => image.isCode(address);
  const sections = dwarfSections(elfs, report);
  const info = new DebugInfo(sections, unitSections(elfs, report), report);
  const ranges = new RangeReader(info, isCode);
  const units = new UnitIndex(info, ranges, isCode, report);
  const lines = new LineTables(info, isCode, report);
  const functions = new Functions(info, ranges, report);
  const qualified = new QualifiedNames(info, () => types, report);
  const names = new NameIndex(info, qualified, report);
  const finder = new FunctionFinder({ info, units, functions, ranges, lines, names, qualified }, report);
  const sourceLines = new SourceLines(units, lines, functions, ranges, () => image.symbols);
  const scoped = new ScopedNames(info, names, qualified, report);
  const types: TypeReader = new TypeReader(info, qualified, report, (tag, path) =>
    named.definition(tag, path),
  );
  const named: NamedEntries = new NamedEntries(info, units, names, scoped, qualified, () => types);
  const calls = new CallSites(info, {
    unwind: ({ pc, registers, readMemory }) => image.unwind(pc, registers, readMemory),
    chainAt: (pc) => finder.chainAt(pc),
  });
  const addressOf = (symbol: string) => image.symbolNamed(symbol)?.address;
  const isLinked = (address: number) =>
    elfs
      .at(-1)!
      .sections.some(
        ({ flags, size, address: start }) =>
          (flags & SHF.alloc) !== 0 && address >= start && address - start < size,
      );
  const variables = new Variables(info, ranges, types, calls, { addressOf, isLinked }, report);
  const breakpoints = new Breakpoints(info, lines, {
    arrive: (pc) => units.arrive(pc),
    blockAt: (pc) => finder.blockAt(pc),
  });
  const frames = new CallFrameInfo(sections, report, isCode);
  return {
    ...{ info, units, lines, functions, names, finder, sourceLines, scoped, named, types, variables },
    ...{ breakpoints, frames, qualified },
  };
}
