/**
 * Says what a file is to the machine, from a few small reads: a cooperative guest, a multiboot kernel, or why it is
 * neither. It only helps to find and name kernels; the machine itself decides what it loads. No VS Code here.
 * Sources: System V ABI, chapter 4 (ELF header, notes); Multiboot Specification 0.6.96, section 3.1.
 */

import type { Translate } from '../translate.ts';

/** Reads up to `length` bytes at `offset`; fewer at the end of the file. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** The answer for one file. `why` is a fragment such as "a 64-bit ELF file". */
export type ImageKind = { kind: 'cooperative' | 'multiboot' } | { kind: 'other'; why: string };

const MULTIBOOT_SEARCH = 8192;
const MULTIBOOT_MAGIC = 0x1badb002;
const MULTIBOOT_HAS_ADDRESSES = 0x10000;
const NOTES_MAX = 65536;
const HEADERS_MAX = 256;
const [ELFCLASS32, ELFDATA2LSB, EM_386, ET_EXEC, PT_NOTE] = [1, 1, 3, 2, 4];
const NOTE_OWNER = 'coLinux';

/** Looks at a file through `readAt`. Rejects only when a read does. */
export async function imageKind(readAt: ReadAt, t: Translate): Promise<ImageKind> {
  const other = (why: string): ImageKind => ({ kind: 'other', why });
  const head = await readAt(0, MULTIBOOT_SEARCH);
  if (head.length === 0) return other(t('an empty file'));
  const multiboot = multibootFlags(head);
  const isElf = head.length >= 4 && head[0] === 0x7f && String.fromCharCode(...head.subarray(1, 4)) === 'ELF';
  if (!isElf) {
    if (multiboot === undefined) return other(t('neither an ELF file nor a multiboot image'));
    return multiboot & MULTIBOOT_HAS_ADDRESSES
      ? { kind: 'multiboot' }
      : other(t('a multiboot image that is no ELF file and has no load addresses'));
  }
  if (head.length < 52) return other(t('an ELF file that is cut off'));
  if (head[4] !== ELFCLASS32) return other(t('a 64-bit ELF file'));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head[5] !== ELFDATA2LSB || view.getUint16(18, true) !== EM_386) {
    return other(t('an ELF file for another processor than i386'));
  }
  if (view.getUint16(16, true) !== ET_EXEC) return other(t('an ELF file that is not a linked executable'));
  if (await hasNote(readAt, view)) return { kind: 'cooperative' };
  if (multiboot !== undefined) return { kind: 'multiboot' };
  return other(t('an i386 ELF file with neither a coLinux note nor a multiboot header'));
}

function multibootFlags(head: Uint8Array): number | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (let at = 0; at + 12 <= head.length; at += 4) {
    if (view.getUint32(at, true) !== MULTIBOOT_MAGIC) continue;
    const flags = view.getUint32(at + 4, true);
    if ((MULTIBOOT_MAGIC + flags + view.getUint32(at + 8, true)) >>> 0 === 0) return flags;
  }
  return undefined;
}

async function hasNote(readAt: ReadAt, header: DataView): Promise<boolean> {
  const size = header.getUint16(42, true);
  const count = Math.min(header.getUint16(44, true), HEADERS_MAX);
  if (size < 32) return false;
  const table = await readAt(header.getUint32(28, true), size * count);
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  for (let at = 0; at + 32 <= table.length; at += size) {
    if (view.getUint32(at, true) !== PT_NOTE) continue;
    const notes = await readAt(
      view.getUint32(at + 4, true),
      Math.min(view.getUint32(at + 16, true), NOTES_MAX),
    );
    if (noteOwners(notes).includes(NOTE_OWNER)) return true;
  }
  return false;
}

/** Owners of the notes in a PT_NOTE segment, up to the first note that does not fit. */
function noteOwners(notes: Uint8Array): string[] {
  const view = new DataView(notes.buffer, notes.byteOffset, notes.byteLength);
  const owners: string[] = [];
  for (let at = 0; at + 12 <= notes.length;) {
    const nameSize = view.getUint32(at, true);
    if (at + 12 + nameSize > notes.length) break;
    owners.push(String.fromCharCode(...notes.subarray(at + 12, at + 12 + nameSize)).replace(/\0.*$/s, ''));
    at += 12 + align4(nameSize) + align4(view.getUint32(at + 4, true));
  }
  return owners;
}

const align4 = (size: number) => Math.ceil(size / 4) * 4;
