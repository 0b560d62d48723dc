/**
 * Split DWARF: the units of a `.dwo` file, or of a `.dwp` package with the index of which part of each section
 * a unit refers to. Source: DWARF 5 §7.3.2, §7.3.5; "GNU split DWARF package" version 2 for DWARF 4.
 */
import type { AbbreviationTable } from './abbrev.ts';
import { Cursor } from './cursor.ts';
import type { Contribution, SplitReference } from './debug-info.ts';
import { type Elf, sectionBytes, sectionNamed } from './elf.ts';
import { guarded, SymbolError } from './errors.ts';
import {
  dwarfSections,
  type DwarfSections,
  type SectionKey,
  unitSections,
  type UnitSection,
} from './sections.ts';
import type { UnitHeader } from './unit-header.ts';
import { say } from '../../core/sentences/say.ts';

export interface SplitFile {
  sections: UnitSection[];
  /** What a unit of it refers to. */
  contributionOf: (header: UnitHeader, section: UnitSection) => Contribution;
}

/** Section identifiers of an index (DWARF 5 table 7.1), and those of version 2. */
const DW_SECT = { info: 1, types: 2 } as const;
const KEYS: Readonly<Record<number, readonly [id: number, key: SectionKey][]>> = {
  2: [
    [3, 'abbrev'],
    [4, 'line'],
    [5, 'loc'],
    [6, 'strOffsets'],
  ],
  5: [
    [3, 'abbrev'],
    [4, 'line'],
    [5, 'loclists'],
    [6, 'strOffsets'],
    [8, 'rnglists'],
  ],
};

export function readSplitFile(elf: Elf, report: (error: SymbolError) => void): SplitFile {
  const sections = dwarfSections([elf], report, '.dwo');
  const whole = { sections, tables: new Map<number, AbbreviationTable>() };
  const parts = new Map<string, Contribution>();
  for (const name of ['.debug_cu_index', '.debug_tu_index']) {
    guarded(() => readIndex(elf, name, sections, parts), undefined, report);
  }
  return {
    sections: unitSections([elf], report, '.dwo'),
    contributionOf: (header, section) => parts.get(`${section.name} ${String(header.offset)}`) ?? whole,
  };
}

/** Enters each unit of an index, by where its header is, with its parts of the sections. */
function readIndex(elf: Elf, name: string, sections: DwarfSections, parts: Map<string, Contribution>): void {
  const section = sectionNamed(elf, name);
  if (!section) return;
  const bytes = sectionBytes(elf.bytes, section);
  const cursor = new Cursor(bytes, 0, bytes.length, name);
  const version = cursor.u32() & 0xffff; // 2 bytes and padding in version 5
  const columns = cursor.u32();
  const units = cursor.u32();
  const slots = cursor.u32();
  const keys = KEYS[version];
  if (!keys) {
    throw new SymbolError(
      'dwarf-version',
      say`A package index of version 2 or 5 was expected in ${name}, version ${version} was found; build the package with a current dwp.`,
    );
  }
  cursor.take(slots * 12);
  const table = (rows: number): Uint32Array => {
    const at = cursor.take(rows * columns * 4);
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, rows * columns * 4);
    return Uint32Array.from({ length: rows * columns }, (_, i) => view.getUint32(i * 4, true));
  };
  const ids = table(1);
  const offsets = table(units);
  const sizes = table(units);
  const unitColumn = ids.findIndex((id) => id === DW_SECT.info || id === DW_SECT.types);
  if (unitColumn < 0) return;
  const home = ids[unitColumn] === DW_SECT.types ? '.debug_types' : '.debug_info';
  for (let row = 0; row < units; row++) {
    const own: Record<string, Uint8Array> = {};
    for (const [id, key] of keys) {
      const column = ids.indexOf(id);
      if (column < 0) continue;
      const at = offsets[row * columns + column]!;
      own[key] = sections[key].subarray(at, at + sizes[row * columns + column]!);
    }
    parts.set(`${home} ${String(offsets[row * columns + unitColumn])}`, {
      sections: { ...sections, ...own },
      tables: new Map(),
    });
  }
}

/** Says which split-off files of a program are not there; `undefined` when all are. */
export function missingSplitProblem(
  [missing, ...more]: readonly SplitReference[],
  program: string,
): SymbolError | undefined {
  if (!missing) return undefined;
  const others = more.length > 0 ? say` and ${more.length} more` : '';
  return new SymbolError(
    'dwarf-split',
    say`The split-off debug information ${missing.name}${others} was expected where it was built (${missing.directory}) or beside ${program}, it is not there; copy it, make a .dwp package, or build without -gsplit-dwarf.`,
  );
}
