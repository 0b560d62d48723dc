/**
 * The debug sections of a file as views of its bytes, each found when it is first read. Owns the choice of
 * sections: the plain ones of a program or the `.dwo` ones of a split file, from the first of several files
 * that has them (the program and its separate debug file). Source: DWARF 5 §7.2, §7.3.2 and Appendix B.
 */
import type { Arrival } from './arrival.ts';
import { isCompressed } from './compression.ts';
import { type Elf, type ElfSection, sectionBytes, SHT } from './elf.ts';
import { guarded, SymbolError } from './errors.ts';
import { say } from '../../core/sentences/say.ts';

const NAMES = {
  abbrev: '.debug_abbrev',
  str: '.debug_str',
  lineStr: '.debug_line_str',
  strOffsets: '.debug_str_offsets',
  addr: '.debug_addr',
  line: '.debug_line',
  ranges: '.debug_ranges',
  rnglists: '.debug_rnglists',
  loc: '.debug_loc',
  loclists: '.debug_loclists',
  aranges: '.debug_aranges',
  frame: '.debug_frame',
  ehFrame: '.eh_frame',
} as const;

export type SectionKey = keyof typeof NAMES;
export const SECTION_KEYS = Object.keys(NAMES) as readonly SectionKey[];

/** The sections that units refer to, and those that stand alone. Empty where there is none. */
export type DwarfSections = Readonly<Record<SectionKey, Uint8Array>> & {
  /** Virtual address of `.eh_frame`: its pointers are relative to their own place. */
  readonly ehFrameAddress: number;
};

/** A section of units: `.debug_info`, or the `.debug_types` of DWARF 4. Object files may have several of each. */
export interface UnitSection {
  bytes: Uint8Array;
  name: '.debug_info' | '.debug_types';
  /** The bytes are still coming. */
  arrival: Arrival | undefined;
}

function find(elfs: readonly Elf[], name: string): { elf: Elf; section: ElfSection } | undefined {
  for (const elf of elfs) {
    const section = elf.sections.find((s) => s.name === name && s.type !== SHT.nobits);
    if (section) return { elf, section };
  }
  return undefined;
}

/** The sections of the files, the plain ones or with `suffix` those of split files; damage goes to `report`. */
export function dwarfSections(
  elfs: readonly Elf[],
  report: (error: SymbolError) => void,
  suffix: '' | '.dwo' = '',
): DwarfSections {
  const none = new Uint8Array(0);
  const sections = { ehFrameAddress: find(elfs, '.eh_frame')?.section.address ?? 0 };
  for (const [key, name] of Object.entries(NAMES)) {
    let bytes: Uint8Array | undefined;
    Object.defineProperty(sections, key, {
      enumerable: true,
      get: () => (bytes ??= guarded(() => contentOf(find(elfs, name + suffix)), none, report)),
    });
  }
  return sections as DwarfSections;
}

function contentOf(found: { elf: Elf; section: ElfSection } | undefined): Uint8Array {
  if (!found || isCompressed(found.section)) return new Uint8Array(0);
  return sectionBytes(found.elf.bytes, found.section);
}

/** The sections of units, `.debug_info` first. Says what is missing or compressed. */
export function unitSections(
  elfs: readonly Elf[],
  report: (error: SymbolError) => void,
  suffix: '' | '.dwo' = '',
): UnitSection[] {
  const found: UnitSection[] = [];
  for (const name of ['.debug_info', '.debug_types'] as const) {
    const elf = elfs.find((one) => one.sections.some((s) => s.name === name + suffix));
    for (const section of elf?.sections ?? []) {
      if (!elf || section.name !== name + suffix || isCompressed(section)) continue;
      const bytes = guarded(() => sectionBytes(elf.bytes, section), undefined, report);
      if (bytes && bytes.length > 0) found.push({ bytes, name, arrival: section.arrival });
    }
  }
  const compressed = elfs.flatMap((elf) => elf.sections).find(isCompressed);
  if (compressed) {
    report(
      new SymbolError(
        'dwarf-compressed',
        say`Plain debug sections were expected, a compressed ${compressed.name} was found that cannot be decompressed; run objcopy --decompress-debug-sections on the file or link with -gz=none.`,
      ),
    );
  } else if (found.length === 0) {
    report(
      new SymbolError(
        'dwarf-missing',
        say`Debug information (.debug_info) was expected, the file has none; build with -g and do not strip to see sources and variables. Symbol names still work.`,
      ),
    );
  }
  return found;
}
