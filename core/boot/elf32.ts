/*
 * Owns the little of ELF that booting needs: the header, the segments and the notes, bounds-checked.
 * Symbols and DWARF are read elsewhere. Source: System V ABI, chapters 4 (object files) and 5 (program loading);
 * Intel386 supplement (e_machine 3).
 */

import { elfMachineName } from '../sentences/elf-machines.ts';
import { BootError } from './boot-error.ts';
import { say, type Sentence } from '../sentences/say.ts';

const ET_EXEC = 2;
const ET_DYN = 3;
const EM_386 = 3;
const CLASS_32 = 1;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const PT_LOAD = 1;
const PT_NOTE = 4;
const PF_X = 1;
const SHT_NOTE = 7;
const HEADER_SIZE = 52;
const SEGMENT_SIZE = 32;
const SECTION_SIZE = 40;

/** A loadable segment with something in it. */
export interface ElfSegment {
  readonly fileOffset: number;
  readonly fileSize: number;
  readonly physicalAddress: number;
  readonly virtualAddress: number;
  readonly memorySize: number;
  readonly executable: boolean;
}

/** A note: who defines it, and what it says. */
export interface ElfNote {
  readonly owner: string;
  readonly type: number;
  readonly descriptor: Uint8Array;
}

/** What booting wants to know of an i386 executable. */
export interface Elf32Image {
  /** e_entry, a virtual address. */
  readonly entry: number;
  /** Segments of type PT_LOAD that occupy memory, in file order. */
  readonly segments: readonly ElfSegment[];
  /** From segments and sections; one that both have is here twice. */
  readonly notes: readonly ElfNote[];
}

/** True when the file begins with the ELF magic. */
export function isElf(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 4 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46
  );
}

function truncated(what: Sentence, end: number, size: number): BootError {
  return new BootError(
    'image-truncated',
    say`The image ends at byte ${size}, but its ${what} reaches to byte ${end}: build or copy it again.`,
  );
}

/** Collects the notes in `bytes[start, end)`; stops at the first that does not fit. */
function readNotes(bytes: Uint8Array, start: number, end: number, notes: ElfNote[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  while (at + 12 <= end) {
    const nameSize = view.getUint32(at, true);
    const descriptorSize = view.getUint32(at + 4, true);
    const name = at + 12;
    const descriptor = name + nameSize + ((4 - (nameSize & 3)) & 3);
    if (name + nameSize > end || nameSize > 256) {
      return;
    }
    const owner = String.fromCharCode(...bytes.subarray(name, name + nameSize)).replace(/\0+$/, '');
    notes.push({
      owner,
      type: view.getUint32(at + 8, true),
      descriptor: bytes.subarray(descriptor, Math.min(descriptor + descriptorSize, end)),
    });
    at = descriptor + descriptorSize + ((4 - (descriptorSize & 3)) & 3);
  }
}

/**
 * Reads an i386 executable. Errors: `image-truncated`, `image-64-bit`, `image-not-i386`, `image-not-executable`,
 * `image-malformed`.
 */
export function readElf32(bytes: Uint8Array): Elf32Image {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 20) {
    throw truncated(say`ELF header`, HEADER_SIZE, bytes.length);
  }
  if (bytes[4] === CLASS_64) {
    throw new BootError(
      'image-64-bit',
      say`The image is a 64-bit ELF file, but this machine is an i386: build the kernel with -m32 (and link with -m elf_i386).`,
    );
  }
  const machine = view.getUint16(18, bytes[5] === LITTLE_ENDIAN);
  if (bytes[4] !== CLASS_32 || bytes[5] !== LITTLE_ENDIAN || machine !== EM_386) {
    throw new BootError(
      'image-not-i386',
      say`The image is an ELF file for another machine (${elfMachineName(machine)}), but this machine is an i386: build the kernel with an i386 or i686 compiler.`,
    );
  }
  if (bytes.length < HEADER_SIZE) {
    throw truncated(say`ELF header`, HEADER_SIZE, bytes.length);
  }
  const type = view.getUint16(16, true);
  if (type !== ET_EXEC && type !== ET_DYN) {
    throw new BootError(
      'image-not-executable',
      say`The image is an ELF file of type ${type}, but an executable (type 2) is needed: link the kernel before booting it.`,
    );
  }

  const segments: ElfSegment[] = [];
  const notes: ElfNote[] = [];
  const segmentTable = view.getUint32(28, true);
  const segmentSize = view.getUint16(42, true);
  const segmentCount = view.getUint16(44, true);
  if (segmentCount > 0 && segmentSize < SEGMENT_SIZE) {
    throw new BootError(
      'image-malformed',
      say`The image's program headers have ${segmentSize} bytes each, but at least ${SEGMENT_SIZE} are needed: link it again.`,
    );
  }
  if (segmentTable + segmentCount * segmentSize > bytes.length) {
    throw truncated(say`program header table`, segmentTable + segmentCount * segmentSize, bytes.length);
  }
  for (let index = 0; index < segmentCount; index++) {
    const at = segmentTable + index * segmentSize;
    const kind = view.getUint32(at, true);
    const fileOffset = view.getUint32(at + 4, true);
    const fileSize = view.getUint32(at + 16, true);
    const memorySize = view.getUint32(at + 20, true);
    if (kind !== PT_LOAD && kind !== PT_NOTE) {
      continue;
    }
    if (fileSize > 0 && fileOffset + fileSize > bytes.length) {
      throw truncated(say`segment ${index}`, fileOffset + fileSize, bytes.length);
    }
    if (kind === PT_NOTE) {
      readNotes(bytes, fileOffset, fileOffset + fileSize, notes);
    } else if (fileSize > memorySize) {
      throw new BootError(
        'image-malformed',
        say`Segment ${index} of the image has ${fileSize} bytes in the file but only ${memorySize} in memory: link it again.`,
      );
    } else if (memorySize > 0) {
      segments.push({
        fileOffset,
        fileSize,
        virtualAddress: view.getUint32(at + 8, true),
        physicalAddress: view.getUint32(at + 12, true),
        memorySize,
        executable: (view.getUint32(at + 24, true) & PF_X) !== 0,
      });
    }
  }
  readSectionNotes(bytes, view, notes);
  return { entry: view.getUint32(24, true), segments, notes };
}

/** Notes that no segment covers. A damaged section table is no obstacle to booting. */
function readSectionNotes(bytes: Uint8Array, view: DataView, notes: ElfNote[]): void {
  const table = view.getUint32(32, true);
  const size = view.getUint16(46, true);
  const count = view.getUint16(48, true);
  if (size < SECTION_SIZE || table + count * size > bytes.length) {
    return;
  }
  for (let at = table; at < table + count * size; at += size) {
    const start = view.getUint32(at + 16, true);
    const end = start + view.getUint32(at + 20, true);
    if (view.getUint32(at + 4, true) === SHT_NOTE && end <= bytes.length) {
      readNotes(bytes, start, end, notes);
    }
  }
}
