/**
 * The ELF container of an i386 program: header, sections and segments; of either class, for a 64-bit
 * container (a debug file that objcopy made) may hold 32-bit code. Owns nothing of the debug information
 * inside. Source: System V ABI (gABI) chapters 4 and 5, Intel386 supplement.
 */
import type { Arrival } from './arrival.ts';
import { cString } from './cursor.ts';
import { SymbolError } from './errors.ts';
import { elfMachineName } from '../../core/sentences/elf-machines.ts';
import { say, type Sentence } from '../../core/sentences/say.ts';

export interface ElfSection {
  name: string;
  type: number;
  flags: number;
  /** Virtual address, 0 when not allocated. */
  address: number;
  offset: number;
  size: number;
  link: number;
  info: number;
  entrySize: number;
  /** What stands in place of the file's bytes: decompressed, or relocated to where the section was loaded. */
  content?: Uint8Array;
  /** The content is still coming. */
  arrival?: Arrival | undefined;
  /** Part of an object file that was not loaded. */
  discarded?: boolean;
}

export interface ElfSegment {
  type: number;
  flags: number;
  offset: number;
  virtualAddress: number;
  physicalAddress: number;
  fileSize: number;
  memorySize: number;
}

export interface Elf {
  bytes: Uint8Array;
  /** ELFCLASS64: the tables inside have the wide layouts. */
  wide: boolean;
  /** ET_REL 1, ET_EXEC 2, ET_DYN 3, ET_CORE 4. */
  type: number;
  machine: number;
  entry: number;
  sections: readonly ElfSection[];
  segments: readonly ElfSegment[];
}

/**
 * Where the loader put a section of an object file (ET_REL, a kernel module); undefined for one it did not
 * load, such as `.init.text` after it was freed.
 */
export type SectionPlacer = (section: ElfSection, index: number) => number | undefined;

export const ET_REL = 1;
export const ET_DYN = 3;
export const EM = { i386: 3, iamcu: 6, x86_64: 62 } as const;
export const SHT = {
  progbits: 1,
  symtab: 2,
  strtab: 3,
  rela: 4,
  note: 7,
  nobits: 8,
  rel: 9,
  dynsym: 11,
} as const;
export const SHF = { alloc: 2, execinstr: 4, compressed: 0x800 } as const;
export const PT = { load: 1, note: 4 } as const;

/** Where the fields of a class stand; `word` reads an address, offset or size. */
interface Layout {
  headerSize: number;
  sectionSize: number;
  segmentSize: number;
  /** e_phoff, e_shoff, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx. */
  header: readonly [number, number, number, number, number, number, number];
  /** sh_flags, sh_addr, sh_offset, sh_size, sh_link, sh_info, sh_entsize. */
  section: readonly [number, number, number, number, number, number, number];
  /** p_flags, p_offset, p_vaddr, p_paddr, p_filesz, p_memsz. */
  segment: readonly [number, number, number, number, number, number];
  word: (view: DataView, at: number) => number;
}

const NARROW: Layout = {
  headerSize: 52,
  sectionSize: 40,
  segmentSize: 32,
  header: [28, 32, 42, 44, 46, 48, 50],
  section: [8, 12, 16, 20, 24, 28, 36],
  segment: [24, 4, 8, 12, 16, 20],
  word: (view, at) => view.getUint32(at, true),
};

const WIDE: Layout = {
  headerSize: 64,
  sectionSize: 64,
  segmentSize: 56,
  header: [32, 40, 54, 56, 58, 60, 62],
  section: [8, 16, 24, 32, 40, 44, 56],
  segment: [4, 8, 16, 24, 32, 40],
  word: (view, at) => view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32,
};

/** Bytes of a file from which `sectionTableOf` can be asked. */
export const ELF_HEADER = WIDE.headerSize;

/** Where the section headers of a file stand, by its own header: first byte and one past the last; undefined where there are none. */
export function sectionTableOf(bytes: Uint8Array): readonly [number, number] | undefined {
  if (bytes.length < ELF_HEADER || bytes[4] === undefined) return undefined;
  const layout = bytes[4] === 2 ? WIDE : NARROW;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [, shoff, , , shentsize, shnum] = layout.header;
  const offset = layout.word(view, shoff);
  const end = offset + view.getUint16(shentsize, true) * view.getUint16(shnum, true);
  return offset < end && end <= bytes.length ? [offset, end] : undefined;
}

function truncated(what: Sentence, needed: number, length: number): SymbolError {
  return new SymbolError(
    'elf-truncated',
    say`${what} was expected up to byte 0x${needed.toString(16)}, the file has 0x${length.toString(16)} bytes; it is cut short, build or copy it again.`,
  );
}

function checkIdentification(bytes: Uint8Array): void {
  if (bytes.length === 0) {
    throw new SymbolError(
      'elf-empty',
      say`An ELF file was expected, the file is empty; build the program first.`,
    );
  }
  const magic = [0x7f, 0x45, 0x4c, 0x46];
  if (magic.some((byte, i) => i < bytes.length && bytes[i] !== byte)) {
    const found = Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(' ');
    throw new SymbolError(
      'elf-not-elf',
      say`An ELF file (7f 45 4c 46) was expected, the file starts with ${found}; choose the linked program, not a disk or flat image.`,
    );
  }
  if (bytes.length < NARROW.headerSize) throw truncated(say`The ELF header`, NARROW.headerSize, bytes.length);
  if (bytes[4] !== 1 && bytes[4] !== 2) {
    throw new SymbolError(
      'elf-wrong-class',
      say`A 32-bit ELF file was expected, class ${bytes[4]} was found; build with -m32 and link with -m elf_i386.`,
    );
  }
  if (bytes[5] !== 1) {
    throw new SymbolError(
      'elf-wrong-endian',
      say`A little-endian ELF file was expected, a big-endian one was found; build for i386.`,
    );
  }
}

/** What runs on an i386: its own machine numbers, and x86-64 only as the number of a 64-bit container. */
function checkMachine(machine: number, wide: boolean): void {
  if (wide ? machine === EM.x86_64 || machine === EM.i386 : machine === EM.i386 || machine === EM.iamcu)
    return;
  if (machine === EM.x86_64)
    throw new SymbolError(
      'elf-wrong-machine',
      say`An i386 program was expected, 64-bit code with 32-bit pointers (x32) was found; build with -m32 in place of -mx32.`,
    );
  throw new SymbolError(
    'elf-wrong-machine',
    say`An i386 program was expected, one for another machine (${elfMachineName(machine)}) was found; build for i386.`,
  );
}

/**
 * Reads the headers of an ELF file of 32-bit code. An object file (ET_REL) needs `place`. Throws `SymbolError`
 * with an `elf-` code.
 */
export function parseElf(file: Uint8Array, place?: SectionPlacer): Elf {
  // Not a subclass: the views that Node's Buffer makes of itself are slow to make.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  checkIdentification(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[4] === 2;
  const layout = wide ? WIDE : NARROW;
  if (bytes.length < layout.headerSize) throw truncated(say`The ELF header`, layout.headerSize, bytes.length);
  const machine = view.getUint16(18, true);
  checkMachine(machine, wide);
  const type = view.getUint16(16, true);
  if (type === ET_REL && !place) {
    throw new SymbolError(
      'elf-relocatable',
      say`A linked program was expected, an object file (ET_REL) was found; link it and open the result, or say where its sections were loaded.`,
    );
  }
  const sections = readSections(bytes, view, layout);
  if (type === ET_REL && place) placeSections(sections, place);
  const elf: Elf = {
    bytes,
    wide,
    type,
    machine,
    entry: layout.word(view, 24),
    sections,
    segments: readSegments(bytes, view, layout),
  };
  if (wide) checkReach(elf);
  return elf;
}

function placeSections(sections: ElfSection[], place: SectionPlacer): void {
  sections.forEach((section, index) => {
    if ((section.flags & SHF.alloc) === 0) return;
    const address = place(section, index);
    if (address !== undefined) section.address = address >>> 0;
    else Object.assign(section, { discarded: true, flags: section.flags & ~SHF.alloc });
  });
}

function checkReach(elf: Elf): void {
  const beyond = [
    elf.entry,
    ...elf.sections.filter((s) => (s.flags & SHF.alloc) !== 0).map((s) => s.address),
    ...elf.segments.map((s) => s.virtualAddress),
  ].find((address) => address > 0xffffffff);
  if (beyond === undefined) return;
  throw new SymbolError(
    'elf-wrong-class',
    say`A program within 4 GiB was expected, the address 0x${beyond.toString(16)} was found: this is a 64-bit program; build with -m32 and link with -m elf_i386.`,
  );
}

function readSections(bytes: Uint8Array, view: DataView, layout: Layout): ElfSection[] {
  const { word } = layout;
  const [, shoff, , , shentsize, shnum, shstrndx] = layout.header;
  const offset = word(view, shoff);
  if (offset === 0) return [];
  const entrySize = view.getUint16(shentsize, true);
  if (entrySize < layout.sectionSize) {
    throw new SymbolError(
      'elf-corrupt',
      say`Section headers of ${layout.sectionSize} bytes were expected, ${entrySize} was found; the ELF header is damaged, build the file again.`,
    );
  }
  const firstEnd = offset + layout.sectionSize;
  if (firstEnd > bytes.length) throw truncated(say`The section header table`, firstEnd, bytes.length);
  const [flags, address, fileOffset, size, link, info, entsize] = layout.section;
  // Section 0 carries the counts that do not fit the header (gABI, "Section Header").
  const count = view.getUint16(shnum, true) || word(view, offset + size);
  const rawNames = view.getUint16(shstrndx, true);
  const namesIndex = rawNames === 0xffff ? view.getUint32(offset + link, true) : rawNames;
  const tableEnd = offset + count * entrySize;
  if (tableEnd > bytes.length) throw truncated(say`The section header table`, tableEnd, bytes.length);
  const sections: ElfSection[] = [];
  const nameOffsets: number[] = [];
  for (let i = 0; i < count; i++) {
    const at = offset + i * entrySize;
    nameOffsets.push(view.getUint32(at, true));
    sections.push({
      name: '',
      type: view.getUint32(at + 4, true),
      flags: view.getUint32(at + flags, true),
      address: word(view, at + address),
      offset: word(view, at + fileOffset),
      size: word(view, at + size),
      link: view.getUint32(at + link, true),
      info: view.getUint32(at + info, true),
      entrySize: word(view, at + entsize),
    });
  }
  const names = sections[namesIndex];
  if (names) {
    const table = sectionBytes(bytes, names);
    sections.forEach((section, i) => {
      if (nameOffsets[i]! < table.length) section.name = cString(table, nameOffsets[i]!, '.shstrtab');
    });
  }
  return sections;
}

function readSegments(bytes: Uint8Array, view: DataView, layout: Layout): ElfSegment[] {
  const { word } = layout;
  const [phoff, , phentsize, phnum] = layout.header;
  const offset = word(view, phoff);
  const entrySize = view.getUint16(phentsize, true);
  const count = view.getUint16(phnum, true);
  if (offset === 0 || count === 0) return [];
  if (entrySize < layout.segmentSize) {
    throw new SymbolError(
      'elf-corrupt',
      say`Program headers of ${layout.segmentSize} bytes were expected, ${entrySize} was found; the ELF header is damaged, build the file again.`,
    );
  }
  const end = offset + count * entrySize;
  if (end > bytes.length) throw truncated(say`The program header table`, end, bytes.length);
  const [flags, fileOffset, vaddr, paddr, filesz, memsz] = layout.segment;
  const segments: ElfSegment[] = [];
  for (let at = offset; at < end; at += entrySize) {
    segments.push({
      type: view.getUint32(at, true),
      offset: word(view, at + fileOffset),
      virtualAddress: word(view, at + vaddr),
      physicalAddress: word(view, at + paddr),
      fileSize: word(view, at + filesz),
      memorySize: word(view, at + memsz),
      flags: view.getUint32(at + flags, true),
    });
  }
  return segments;
}

/** The bytes of a section, a view of the file unless it has other content; empty for `.bss`. */
export function sectionBytes(file: Uint8Array, section: ElfSection): Uint8Array {
  if (section.content) return section.content;
  if (section.type === SHT.nobits || section.type === 0) return file.subarray(0, 0);
  if (section.offset + section.size > file.length) {
    throw truncated(
      say`Section ${section.name || say`(unnamed)`}`,
      section.offset + section.size,
      file.length,
    );
  }
  return file.subarray(section.offset, section.offset + section.size);
}

/** The first section of that name, or undefined. */
export function sectionNamed(elf: Elf, name: string): ElfSection | undefined {
  return elf.sections.find((section) => section.name === name);
}
