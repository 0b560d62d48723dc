/*
 * Owns the question what kind of kernel an image is: a cooperative guest (an i386 ELF file with a note of the
 * owner "coLinux"), a multiboot kernel, a Linux bzImage, or nothing of these, and then why.
 */

import { BootError } from './boot-error.ts';
import { type ElfNote, isElf, readElf32 } from './elf32.ts';
import { isLinuxImage } from './linux-header.ts';
import { findMultibootHeader } from './multiboot-header.ts';
import { say, type Sentence } from '../sentences/say.ts';

/** Owner of the ELF note that makes an image a cooperative guest kernel. */
export const COOPERATIVE_NOTE_OWNER = 'coLinux';

const isCooperativeNote = ({ owner }: ElfNote) => owner === COOPERATIVE_NOTE_OWNER;

/** The version of the cooperative ABI that a guest was built for: first in its note. Undefined when the note is too short. */
export function guestAbiVersion(bytes: Uint8Array): number | undefined {
  const { descriptor } = readElf32(bytes).notes.find(isCooperativeNote) ?? {};
  if (!descriptor || descriptor.length < 4) return undefined;
  return new DataView(descriptor.buffer, descriptor.byteOffset, 4).getUint32(0, true);
}

/** What the machine can do with an image. */
export type ImageKind = 'cooperative' | 'multiboot' | 'linux';

/** Says what `bytes` is, or throws a {@link BootError} that says why it is nothing this machine can run. */
export function identifyImage(bytes: Uint8Array): ImageKind {
  if (bytes.length === 0) {
    throw new BootError('image-empty', say`The image is an empty file: did the build of the kernel succeed?`);
  }
  const header = findMultibootHeader(bytes);
  if (header?.addresses) {
    return isCooperative(bytes) ? 'cooperative' : 'multiboot'; // a flat image: what else the file is does not matter
  }
  if (isLinuxImage(bytes)) {
    return 'linux';
  }
  if (!isElf(bytes)) {
    throw new BootError('image-not-multiboot', describeForeignImage(bytes, header !== null));
  }
  if (readElf32(bytes).notes.some(isCooperativeNote)) {
    return 'cooperative';
  }
  if (header === null) {
    throw new BootError(
      'image-not-multiboot',
      say`The image is an i386 ELF file, but it has neither a coLinux note nor a multiboot header in its first 8 KiB${hasMultiboot2(bytes) ? say` (it has a multiboot 2 header)` : ''}: add one and keep it at the start of the link.`,
    );
  }
  return 'multiboot';
}

function isCooperative(bytes: Uint8Array): boolean {
  try {
    return isElf(bytes) && readElf32(bytes).notes.some(isCooperativeNote);
  } catch (error) {
    if (error instanceof BootError) {
      return false;
    }
    throw error;
  }
}

function describeForeignImage(bytes: Uint8Array, hasHeader: boolean): Sentence {
  const expected = say`expected an i386 ELF kernel with a coLinux note or a multiboot header, or a Linux bzImage`;
  if (hasHeader) {
    return say`The image has a multiboot header without address fields, but it is no ELF file: set flag 16 and the address fields, or boot the ELF file it was made from.`;
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return say`The image is compressed with gzip, ${expected}: unpack it first.`;
  }
  if (hasMultiboot2(bytes)) {
    return say`The image has a multiboot 2 header, ${expected}: add a multiboot 1 header.`;
  }
  return say`The image is neither an ELF file nor has it a multiboot header in its first 8 KiB, ${expected}.`;
}

function hasMultiboot2(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 16 <= Math.min(bytes.length, 32768); at += 8) {
    if (view.getUint32(at, true) === 0xe85250d6) {
      return true;
    }
  }
  return false;
}
