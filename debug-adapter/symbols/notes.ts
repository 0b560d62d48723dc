/** The notes of an ELF file, and the build-id among them. Source: System V ABI (gABI) chapter 5, "Note Section"; the note of GNU's linker. */
import { cString } from './cursor.ts';
import { type Elf, PT, SHT } from './elf.ts';

export interface ElfNote {
  name: string;
  type: number;
  desc: Uint8Array;
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
  return note && hexDigits(note.desc);
}

/** Bytes as hexadecimal digits in small letters, as build-ids and digests are written. */
export const hexDigits = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
