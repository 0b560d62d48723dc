/** Which build of a module is in memory: by its build-id, and by its code where nothing was relocated. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildInMemory } from './module-build.ts';
import { parseElf } from './symbols/elf.ts';
import { relocateSections } from './symbols/relocate.ts';
import { SymbolImage } from './symbols/image.ts';

/** 31 instructions of a byte, a call of something that the kernel has, and a build-id. */
const source = (id: number) => `
	.section .note.gnu.build-id, "a", @note
	.long 4, 1, 3
	.asciz "GNU"
	.byte ${id}, 0, 0, 0
	.text
	.fill 31, 1, 0x90
	call something
	ret
`;
const ADDRESS = { '.text': 0x1000, '.note.gnu.build-id': 0x2000 } as Readonly<Record<string, number>>;
const NOTE_ID = 16;

let folder: string;
let bytes: Uint8Array;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'colinux-module-'));
  writeFileSync(join(folder, 'module.s'), source(7));
  execFileSync('as', ['--32', join(folder, 'module.s'), '-o', join(folder, 'module.o')]);
  bytes = readFileSync(join(folder, 'module.o'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const open = () => {
  const elf = parseElf(bytes, ({ name }) => ADDRESS[name]);
  relocateSections(elf, () => undefined);
  return SymbolImage.of(elf, 'module');
};

/** @param change of the memory that has the module's sections, at offsets of them */
function build(change: (name: string, memory: Uint8Array) => void = () => undefined) {
  const image = open();
  const memory = new Map<number, Uint8Array>();
  for (const { name, address, size } of image.elf.sections) {
    const content = ADDRESS[name] === undefined ? undefined : image.linkedBytes(address, size)?.slice();
    if (!content) continue;
    change(name, content);
    memory.set(address, content);
  }
  return buildInMemory(image, (address, length) => memory.get(address)?.slice(0, length));
}

describe('the build of a module in memory', () => {
  it('is that of the file, whatever its relocations have written', () => {
    expect(build()).toBe('same');
    // Behind the opcode of the call.
    expect(build((name, memory) => name === '.text' && memory.fill(0x55, 32, 36))).toBe('same');
  });

  it('is another one when its build-id differs, however alike the code is', () => {
    expect(build((name, memory) => name !== '.text' && memory.fill(8, NOTE_ID, NOTE_ID + 1))).toBe('other');
  });

  it('is told by how much of the code differs', () => {
    expect(build((name, memory) => name === '.text' && memory.fill(0xcc, 0, 1))).toBe('patched');
    expect(build((name, memory) => name === '.text' && memory.fill(0xcc, 0, 8))).toBe('other');
  });

  it('is not judged by what is not mapped', () => {
    const image = open();
    expect(buildInMemory(image, () => undefined)).toBe('same');
  });
});
