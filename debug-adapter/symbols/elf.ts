/**
 * The ELF32 container of an i386 program: header, sections, segments and notes. Owns nothing of the
 * debug information inside. Source: System V ABI (gABI) chapters 4 and 5, Intel386 supplement.
 */
import { cString } from './cursor.ts';
import { hex, SymbolError } from './errors.ts';

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

export interface ElfNote {
  name: string;
  type: number;
  desc: Uint8Array;
}

export interface Elf {
  bytes: Uint8Array;
  /** ET_EXEC 2, ET_DYN 3, ET_CORE 4. */
  type: number;
  entry: number;
  sections: readonly ElfSection[];
  segments: readonly ElfSegment[];
}

export const SHT = { progbits: 1, symtab: 2, strtab: 3, note: 7, nobits: 8, dynsym: 11 } as const;
export const SHF = { alloc: 2, execinstr: 4, compressed: 0x800 } as const;
export const PT = { load: 1, note: 4 } as const;

const HEADER_SIZE = 52;
const SECTION_SIZE = 40;
const SEGMENT_SIZE = 32;
const EM_386 = 3;
const EM_IAMCU = 6;

function truncated(what: string, needed: number, length: number): SymbolError {
  return new SymbolError(
    'elf-truncated',
    `${what} was expected up to byte ${hex(needed)}, the file has ${hex(length)} bytes; it is cut short, build or copy it again.`,
  );
}

function checkIdentification(bytes: Uint8Array, view: DataView): void {
  if (bytes.length === 0) {
    throw new SymbolError(
      'elf-empty',
      'An ELF file was expected, the file is empty; build the program first.',
    );
  }
  const magic = [0x7f, 0x45, 0x4c, 0x46];
  if (magic.some((byte, i) => i < bytes.length && bytes[i] !== byte)) {
    const found = Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(' ');
    throw new SymbolError(
      'elf-not-elf',
      `An ELF file (7f 45 4c 46) was expected, the file starts with ${found}; choose the linked program, not a disk or flat image.`,
    );
  }
  if (bytes.length < HEADER_SIZE) throw truncated('The ELF header', HEADER_SIZE, bytes.length);
  if (bytes[4] !== 1) {
    throw new SymbolError(
      'elf-wrong-class',
      `A 32-bit ELF file was expected, ${bytes[4] === 2 ? 'a 64-bit one' : `class ${String(bytes[4])}`} was found; build with -m32 and link with -m elf_i386.`,
    );
  }
  if (bytes[5] !== 1) {
    throw new SymbolError(
      'elf-wrong-endian',
      'A little-endian ELF file was expected, a big-endian one was found; build for i386.',
    );
  }
  const machine = view.getUint16(18, true);
  if (machine !== EM_386 && machine !== EM_IAMCU) {
    throw new SymbolError(
      'elf-wrong-machine',
      `An i386 program (machine 3) was expected, machine ${String(machine)} was found; build for i386.`,
    );
  }
  if (view.getUint16(16, true) === 1) {
    throw new SymbolError(
      'elf-relocatable',
      'A linked program was expected, an object file (ET_REL) was found; link it and open the result.',
    );
  }
}

/** Reads the headers of an ELF32 i386 file. Throws `SymbolError` with an `elf-` code. */
export function parseElf(bytes: Uint8Array): Elf {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkIdentification(bytes, view);
  return {
    bytes,
    type: view.getUint16(16, true),
    entry: view.getUint32(24, true),
    sections: readSections(bytes, view),
    segments: readSegments(bytes, view),
  };
}

function readSections(bytes: Uint8Array, view: DataView): ElfSection[] {
  const offset = view.getUint32(32, true);
  if (offset === 0) return [];
  const entrySize = view.getUint16(46, true);
  if (entrySize < SECTION_SIZE) {
    throw new SymbolError(
      'elf-corrupt',
      `Section headers of ${String(SECTION_SIZE)} bytes were expected, ${String(entrySize)} was found; the ELF header is damaged, build the file again.`,
    );
  }
  if (offset + SECTION_SIZE > bytes.length) {
    throw truncated('The section header table', offset + SECTION_SIZE, bytes.length);
  }
  // Section 0 carries the counts that do not fit the header (gABI, "Section Header").
  const count = view.getUint16(48, true) || view.getUint32(offset + 20, true);
  const rawNames = view.getUint16(50, true);
  const namesIndex = rawNames === 0xffff ? view.getUint32(offset + 24, true) : rawNames;
  const tableEnd = offset + count * entrySize;
  if (tableEnd > bytes.length) throw truncated('The section header table', tableEnd, bytes.length);
  const sections: ElfSection[] = [];
  const nameOffsets: number[] = [];
  for (let i = 0; i < count; i++) {
    const at = offset + i * entrySize;
    nameOffsets.push(view.getUint32(at, true));
    sections.push({
      name: '',
      type: view.getUint32(at + 4, true),
      flags: view.getUint32(at + 8, true),
      address: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
      size: view.getUint32(at + 20, true),
      link: view.getUint32(at + 24, true),
      info: view.getUint32(at + 28, true),
      entrySize: view.getUint32(at + 36, true),
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

function readSegments(bytes: Uint8Array, view: DataView): ElfSegment[] {
  const offset = view.getUint32(28, true);
  const entrySize = view.getUint16(42, true);
  const count = view.getUint16(44, true);
  if (offset === 0 || count === 0) return [];
  if (entrySize < SEGMENT_SIZE) {
    throw new SymbolError(
      'elf-corrupt',
      `Program headers of ${String(SEGMENT_SIZE)} bytes were expected, ${String(entrySize)} was found; the ELF header is damaged, build the file again.`,
    );
  }
  const end = offset + count * entrySize;
  if (end > bytes.length) throw truncated('The program header table', end, bytes.length);
  const segments: ElfSegment[] = [];
  for (let at = offset; at < end; at += entrySize) {
    segments.push({
      type: view.getUint32(at, true),
      offset: view.getUint32(at + 4, true),
      virtualAddress: view.getUint32(at + 8, true),
      physicalAddress: view.getUint32(at + 12, true),
      fileSize: view.getUint32(at + 16, true),
      memorySize: view.getUint32(at + 20, true),
      flags: view.getUint32(at + 24, true),
    });
  }
  return segments;
}

/** The file bytes of a section, a view of the file; empty for `.bss` and for a section outside the file. */
export function sectionBytes(file: Uint8Array, section: ElfSection): Uint8Array {
  if (section.type === SHT.nobits || section.type === 0) return file.subarray(0, 0);
  if (section.offset + section.size > file.length) {
    throw truncated(`Section ${section.name || '(unnamed)'}`, section.offset + section.size, file.length);
  }
  return file.subarray(section.offset, section.offset + section.size);
}

/** The first section of that name, or undefined. */
export function sectionNamed(elf: Elf, name: string): ElfSection | undefined {
  return elf.sections.find((section) => section.name === name);
}

/** True when `address` lies in an executable section (or, without sections, an executable segment). */
export function isCodeAddress(elf: Elf, address: number): boolean {
  const code = SHF.alloc | SHF.execinstr;
  if (elf.sections.length > 0) {
    return elf.sections.some(
      (s) => (s.flags & code) === code && address >= s.address && address - s.address < s.size,
    );
  }
  return elf.segments.some(
    (s) =>
      s.type === PT.load &&
      (s.flags & 1) !== 0 &&
      address >= s.virtualAddress &&
      address - s.virtualAddress < s.memorySize,
  );
}

/** `length` bytes of the program as linked, at virtual `address`; undefined where the file holds none. */
export function linkedBytes(elf: Elf, address: number, length: number): Uint8Array | undefined {
  for (const s of elf.segments) {
    if (s.type !== PT.load || address < s.virtualAddress) continue;
    const skip = address - s.virtualAddress;
    if (skip + length > s.fileSize || s.offset + skip + length > elf.bytes.length) continue;
    return elf.bytes.subarray(s.offset + skip, s.offset + skip + length);
  }
  return undefined;
}

/** All notes: PT_NOTE segments, or SHT_NOTE sections when there is no such segment. A damaged tail is left off. */
export function notesOf(elf: Elf): ElfNote[] {
  const spans = elf.segments.filter((s) => s.type === PT.note).map((s) => [s.offset, s.fileSize] as const);
  if (spans.length === 0) {
    for (const s of elf.sections) if (s.type === SHT.note) spans.push([s.offset, s.size]);
  }
  const notes: ElfNote[] = [];
  const view = new DataView(elf.bytes.buffer, elf.bytes.byteOffset, elf.bytes.byteLength);
  for (const [start, size] of spans) {
    const end = Math.min(start + size, elf.bytes.length);
    let at = start;
    while (at + 12 <= end) {
      const nameSize = view.getUint32(at, true);
      const descSize = view.getUint32(at + 4, true);
      const descAt = at + 12 + Math.ceil(nameSize / 4) * 4;
      if (descAt + descSize > end) break;
      const rawName = elf.bytes.subarray(at + 12, at + 12 + nameSize);
      notes.push({
        name: nameSize === 0 ? '' : cString(rawName, 0, 'a note name'),
        type: view.getUint32(at + 8, true),
        desc: elf.bytes.subarray(descAt, descAt + descSize),
      });
      at = descAt + Math.ceil(descSize / 4) * 4;
    }
  }
  return notes;
}

/** The GNU build-id as lower-case hexadecimal, or undefined. */
export function buildIdOf(elf: Elf): string | undefined {
  const note = notesOf(elf).find((n) => n.name === 'GNU' && n.type === 3);
  return note && Array.from(note.desc, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
