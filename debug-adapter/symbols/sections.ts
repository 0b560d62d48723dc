/**
 * The debug sections of one file, as views of its bytes. Owns the choice of sections and says which of them
 * cannot be used (compressed, missing). Source: DWARF 5 §7.2 and Appendix B.
 */
import { type Elf, sectionBytes, sectionNamed, SHF } from './elf.ts';
import { SymbolError } from './errors.ts';

export interface DwarfSections {
  info: Uint8Array;
  abbrev: Uint8Array;
  str: Uint8Array;
  lineStr: Uint8Array;
  strOffsets: Uint8Array;
  addr: Uint8Array;
  line: Uint8Array;
  ranges: Uint8Array;
  rnglists: Uint8Array;
  loc: Uint8Array;
  loclists: Uint8Array;
  aranges: Uint8Array;
  frame: Uint8Array;
  ehFrame: Uint8Array;
  /** Virtual address of `.eh_frame`: its pointers are relative to their own place. */
  ehFrameAddress: number;
}

const NAMES = {
  info: '.debug_info',
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

/** Finds the sections; a section that cannot be used is empty and reported. */
export function dwarfSections(elf: Elf, report: (error: SymbolError) => void): DwarfSections {
  const sections = { ehFrameAddress: sectionNamed(elf, '.eh_frame')?.address ?? 0 } as DwarfSections;
  let compressed: string | undefined;
  for (const [key, name] of Object.entries(NAMES) as [keyof typeof NAMES, string][]) {
    const section = sectionNamed(elf, name);
    sections[key] = new Uint8Array(0);
    if (sectionNamed(elf, name.replace('.debug_', '.zdebug_'))?.name.startsWith('.z')) compressed = name;
    if (!section) continue;
    if ((section.flags & SHF.compressed) !== 0) {
      compressed = name;
      continue;
    }
    try {
      sections[key] = sectionBytes(elf.bytes, section);
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error;
      report(error);
    }
  }
  if (compressed !== undefined) {
    report(
      new SymbolError(
        'dwarf-compressed',
        `Plain debug sections were expected, a compressed ${compressed} was found; run objcopy --decompress-debug-sections on the file or link with -gz=none.`,
      ),
    );
  } else if (sections.info.length === 0) {
    report(
      new SymbolError(
        'dwarf-missing',
        'Debug information (.debug_info) was expected, the file has none; build with -g and do not strip to see sources and variables. Symbol names still work.',
      ),
    );
  }
  return sections;
}
