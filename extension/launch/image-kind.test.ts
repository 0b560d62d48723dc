import { describe, expect, it } from 'vitest';
import { english } from '../translate.ts';
import { imageKind } from './image-kind.ts';

const kindOf = (bytes: Uint8Array) =>
  imageKind((offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)), english);

interface ElfParts {
  class?: number;
  machine?: number;
  type?: number;
  owner?: string;
  multiboot?: boolean;
}

/** A minimal i386 ELF file: header, one program header at 52, notes at 96, multiboot header at 512. */
function elf(parts: ElfParts): Uint8Array {
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, parts.class ?? 1, 1, 1]);
  view.setUint16(16, parts.type ?? 2, true);
  view.setUint16(18, parts.machine ?? 3, true);
  view.setUint32(28, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, parts.owner === undefined ? 0 : 1, true);
  if (parts.owner !== undefined) {
    view.setUint32(52, 4, true); // PT_NOTE
    view.setUint32(56, 96, true);
    view.setUint32(68, 48, true);
    const name = new TextEncoder().encode(`${parts.owner}\0`);
    view.setUint32(96, name.length, true);
    view.setUint32(100, 20, true);
    view.setUint32(104, 1, true);
    bytes.set(name, 108);
  }
  if (parts.multiboot) writeMultiboot(view, 512, 0);
  return bytes;
}

function writeMultiboot(view: DataView, at: number, flags: number): void {
  view.setUint32(at, 0x1badb002, true);
  view.setUint32(at + 4, flags, true);
  view.setUint32(at + 8, -(0x1badb002 + flags) >>> 0, true);
}

describe('the kind of an image', () => {
  it('is cooperative with a coLinux note, multiboot header or not', async () => {
    expect(await kindOf(elf({ owner: 'coLinux' }))).toEqual({ kind: 'cooperative' });
    expect(await kindOf(elf({ owner: 'coLinux', multiboot: true }))).toEqual({ kind: 'cooperative' });
  });

  it('is multiboot for an ELF file with a header, and for a flat image with addresses', async () => {
    expect(await kindOf(elf({ multiboot: true }))).toEqual({ kind: 'multiboot' });
    expect(await kindOf(elf({ owner: 'GNU', multiboot: true }))).toEqual({ kind: 'multiboot' });
    const flat = new Uint8Array(64);
    writeMultiboot(new DataView(flat.buffer), 0, 0x10000);
    expect(await kindOf(flat)).toEqual({ kind: 'multiboot' });
  });

  it.each([
    [new Uint8Array(0), 'an empty file'],
    [new Uint8Array(20), 'neither an ELF file nor a multiboot image'],
    [elf({}).subarray(0, 40), 'an ELF file that is cut off'],
    [elf({ class: 2 }), 'a 64-bit ELF file'],
    [elf({ machine: 40 }), 'an ELF file for another processor than i386'],
    [elf({ type: 1 }), 'an ELF file that is not a linked executable'],
    [elf({}), 'an i386 ELF file with neither a coLinux note nor a multiboot header'],
  ])('is other, with the reason (%#)', async (bytes, why) => {
    expect(await kindOf(bytes)).toEqual({ kind: 'other', why });
  });

  it('survives sizes that point outside the file', async () => {
    const bytes = elf({ owner: 'coLinux' });
    const view = new DataView(bytes.buffer);
    for (const offset of [28, 42, 44, 56, 68, 96, 100]) {
      const copy = bytes.slice();
      new DataView(copy.buffer).setUint16(offset, 0xffff, true);
      await expect(kindOf(copy)).resolves.toBeDefined();
    }
    view.setUint32(96, 0xffffffff, true);
    expect((await kindOf(bytes)).kind).toBe('other');
  });
});
