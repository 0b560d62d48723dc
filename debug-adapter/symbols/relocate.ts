/**
 * Relocation of an object file (ET_REL) to where its sections were loaded: a kernel module. Applied to the
 * sections that were loaded and to debug sections, never to a linked file: one linked with --emit-relocs has
 * the tables too, but they are applied already. Source: System V ABI Intel386 supplement, "Relocation"; gABI
 * chapter 4, "Relocation" (REL keeps addends in place, RELA in the table).
 */
import { type Elf, type ElfSection, EM, ET_REL, sectionBytes, SHF, SHT } from './elf.ts';
import { SymbolError } from './errors.ts';
import { SymbolEntries } from './symtab.ts';
import { say, type Sentence } from '../../core/sentences/say.ts';

/** How the 32-bit field of a relocation is computed; 'skip' needs the run-time linker and changes no debug data. */
type Kind = 'absolute' | 'relative' | 'skip';

const I386_KINDS = new Map<number, Kind>([
  [0, 'skip'],
  [1, 'absolute'], // R_386_32
  [2, 'relative'], // R_386_PC32
  [4, 'relative'], // R_386_PLT32: no procedure linkage table in a kernel
]);
const X86_64_KINDS = new Map<number, Kind>([
  [0, 'skip'],
  [2, 'relative'], // R_X86_64_PC32
  [4, 'relative'],
  [10, 'absolute'], // R_X86_64_32
  [11, 'absolute'], // R_X86_64_32S
]);

/** Relocates every section of an object file that has relocations; what cannot be is reported and left as it is. */
export function relocateSections(elf: Elf, report: (error: SymbolError) => void): void {
  if (elf.type !== ET_REL) return;
  for (const table of elf.sections) {
    if (table.type !== SHT.rel && table.type !== SHT.rela) continue;
    const target = elf.sections[table.info];
    if (!target || !wanted(target)) continue;
    try {
      target.content = relocated(elf, table, target);
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error;
      report(error);
    }
  }
}

/** Offsets of the fields of a section that its relocations change, in the order of the tables. */
export function* relocatedOffsets(elf: Elf, section: ElfSection): Generator<number> {
  for (const table of elf.sections)
    if ((table.type === SHT.rel || table.type === SHT.rela) && elf.sections[table.info] === section)
      for (const { offset } of entries(elf, table)) yield offset;
}

function wanted(section: ElfSection): boolean {
  if (section.type === SHT.nobits) return false;
  return (section.flags & SHF.alloc) !== 0 || section.name.startsWith('.debug_');
}

function relocated(elf: Elf, table: ElfSection, target: ElfSection): Uint8Array {
  const symbolTable = elf.sections[table.link];
  if (symbolTable?.type !== SHT.symtab) throw unusable(target, say`relocations without a symbol table`);
  const symbols = new SymbolEntries(elf, symbolTable);
  const bytes = sectionBytes(elf.bytes, target).slice();
  const view = new DataView(bytes.buffer);
  const kinds = elf.machine === EM.x86_64 ? X86_64_KINDS : I386_KINDS;
  const absent = tombstone(target);
  for (const { offset, symbol, type, addend } of entries(elf, table)) {
    const kind = kinds.get(type);
    if (kind === 'skip') continue;
    if (!kind) throw unusable(target, say`relocation type ${type}`);
    if (offset > bytes.length - 4 || symbol >= symbols.count)
      throw unusable(target, say`a relocation outside of it`);
    if (!symbols.isPlaced(symbol)) {
      // Code keeps its addend: who called what is not known. Debug data must say that there is nothing.
      if (absent !== undefined) view.setUint32(offset, absent, true);
      continue;
    }
    const value = symbols.value(symbol) + (addend ?? view.getUint32(offset, true));
    view.setUint32(offset, kind === 'absolute' ? value : value - target.address - offset, true);
  }
  return bytes;
}

/** What linkers write for discarded code: a 0 would end a list before its end. */
function tombstone({ name }: ElfSection): number | undefined {
  if (!name.startsWith('.debug_')) return undefined;
  return name === '.debug_ranges' || name === '.debug_loc' ? 1 : 0;
}

function* entries(
  elf: Elf,
  table: ElfSection,
): Generator<{ offset: number; symbol: number; type: number; addend: number | undefined }> {
  const bytes = sectionBytes(elf.bytes, table);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rela = table.type === SHT.rela;
  const word = elf.wide ? 8 : 4;
  const size = word * (rela ? 3 : 2);
  for (let at = 0; at + size <= bytes.length; at += size) {
    const info = view.getUint32(at + word, true);
    yield {
      offset: view.getUint32(at, true),
      symbol: elf.wide ? view.getUint32(at + word + 4, true) : info >>> 8,
      type: elf.wide ? info : info & 0xff,
      addend: rela ? view.getInt32(at + word * 2, true) : undefined,
    };
  }
}

function unusable(section: ElfSection, found: Sentence): SymbolError {
  return new SymbolError(
    'elf-relocation',
    say`Relocations of 32-bit addresses were expected for ${section.name}, ${found} was found; link the file, or rebuild it for i386.`,
  );
}
