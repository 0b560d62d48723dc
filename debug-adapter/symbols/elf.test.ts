/** The ELF container: what readelf and nm say of the fixture, and one clear error for each wrong file. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { parseElf } from './elf.ts';
import { buildIdOf, notesOf } from './notes.ts';
import { isCodeAddress } from './program-bytes.ts';
import { SymbolError } from './errors.ts';
import { SymbolImage } from './image.ts';
import { SymbolTable } from './symtab.ts';
import { openWorkshop, run } from './testing/fixtures.ts';

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});
const fixture = workshop.build('elf', 'gcc', ['-gdwarf-5', '-O1']);
const elf = parseElf(fixture.bytes);

function codeOf(bytes: Uint8Array): string {
  try {
    SymbolImage.open(bytes, 'x');
  } catch (error) {
    if (error instanceof SymbolError) return error.code;
    throw error;
  }
  return 'no error';
}

function patched(...patches: [offset: number, byte: number][]): Uint8Array {
  const bytes = fixture.bytes.slice();
  for (const [offset, byte] of patches) bytes[offset] = byte;
  return bytes;
}

describe('ELF', () => {
  it('has the sections readelf lists', () => {
    const text = run('readelf', ['-SW', fixture.path]);
    const theirs = [...text.matchAll(/\] (\S+) +[A-Z]\w+ +([0-9a-f]{8}) ([0-9a-f]{6}) ([0-9a-f]{6})/g)].map(
      (m) => [m[1], ...m.slice(2, 5).map((n) => Number.parseInt(n, 16))],
    );
    expect(elf.sections.slice(1).map((s) => [s.name, s.address, s.offset, s.size])).toEqual(theirs);
    expect(theirs.length).toBeGreaterThan(10);
  });

  it('has the segments, entry and build-id readelf prints', () => {
    const text = run('readelf', ['-lnW', fixture.path]);
    const theirs = [
      ...text.matchAll(/^ +[A-Z_]+ +0x([0-9a-f]+) 0x([0-9a-f]+) 0x([0-9a-f]+) 0x([0-9a-f]+) 0x([0-9a-f]+)/gm),
    ].map((m) => m.slice(1, 6).map((n) => Number.parseInt(n, 16)));
    expect(
      elf.segments.map((s) => [s.offset, s.virtualAddress, s.physicalAddress, s.fileSize, s.memorySize]),
    ).toEqual(theirs);
    expect(theirs.length).toBeGreaterThan(2);
    expect(elf.entry).toBe(Number(/Entry point (0x[0-9a-f]+)/.exec(text)![1]));
    expect(buildIdOf(elf)).toBe(/Build ID: ([0-9a-f]+)/.exec(text)![1]);
    expect(notesOf(elf)).toContainEqual(expect.objectContaining({ name: 'GNU', type: 3 }));
  });

  it('finds by address and by name every symbol nm lists', () => {
    const table = SymbolTable.of(elf);
    const lines = run('nm', ['-S', fixture.path]).trim().split('\n');
    let sized = 0;
    for (const line of lines) {
      const m = /^([0-9a-f]{8})(?: ([0-9a-f]{8}))? (\w) (\S+)$/.exec(line)!;
      const address = Number.parseInt(m[1]!, 16);
      expect(table.named(m[4]!)).toMatchObject({ address, size: Number.parseInt(m[2] ?? '0', 16) });
      if (m[2] === undefined) continue;
      sized++;
      expect(table.nearest(address + Number.parseInt(m[2], 16) - 1)?.name).toBe(m[4]);
    }
    expect(sized).toBeGreaterThan(10);
    const { address } = table.named('ticks')!;
    expect(table.nearest(address)?.name).toBe('ticks');
    expect(table.nearest(address, true)?.name).not.toBe('ticks');
    expect(table.nearest(0x1000)).toBeUndefined();
    expect(table.named('nobody')).toBeUndefined();
  });

  it('tells code from data', () => {
    expect(isCodeAddress(elf, elf.entry)).toBe(true);
    expect(isCodeAddress(elf, SymbolTable.of(elf).named('ticks')!.address)).toBe(false);
  });

  it('refuses each kind of wrong file with its own code', () => {
    expect(codeOf(new Uint8Array(0))).toBe('elf-empty');
    expect(codeOf(new TextEncoder().encode('#!/bin/sh\n'))).toBe('elf-not-elf');
    expect(codeOf(fixture.bytes.slice(0, 3))).toBe('elf-truncated');
    expect(codeOf(fixture.bytes.slice(0, 40))).toBe('elf-truncated');
    expect(codeOf(fixture.bytes.slice(0, -30))).toBe('elf-truncated');
    expect(codeOf(patched([4, 3]))).toBe('elf-wrong-class');
    expect(codeOf(patched([5, 2]))).toBe('elf-wrong-endian');
    expect(codeOf(patched([18, 40]))).toBe('elf-wrong-machine');
    expect(codeOf(patched([18, 62]))).toBe('elf-wrong-machine');
    expect(() => SymbolImage.open(patched([18, 62]), 'x32')).toThrow('build with -m32 in place of -mx32');
    expect(codeOf(patched([16, 1]))).toBe('elf-relocatable');
    expect(codeOf(patched([46, 7]))).toBe('elf-corrupt');
    expect(codeOf(fixture.bytes)).toBe('no error');
  });

  it('still knows symbols of a file without debug information, and says what is missing', () => {
    run('objcopy', ['--strip-debug', fixture.path, `${fixture.path}.stripped`]);
    const bytes = new Uint8Array(readFileSync(`${fixture.path}.stripped`));
    const image = SymbolImage.open(bytes, 'stripped');
    expect(image.problems.map((p) => p.code)).toEqual(['dwarf-missing']);
    const leaf = fixture.image.findFunction('leaf')!;
    expect(image.functionAt(leaf.lowPc + 1)).toMatchObject({
      name: 'leaf',
      lowPc: leaf.lowPc,
      source: 'symtab',
    });
    expect(image.lineAt(leaf.lowPc)).toBeUndefined();
    expect(image.scopesAt(leaf.lowPc)).toEqual([]);
  });

  it('says how to open a file with compressed debug sections', () => {
    run('objcopy', ['--compress-debug-sections=zlib', fixture.path, `${fixture.path}.z`]);
    const image = SymbolImage.open(new Uint8Array(readFileSync(`${fixture.path}.z`)), 'z');
    expect(image.problems.map((p) => p.code)).toContain('dwarf-compressed');
    expect(image.problems[0]!.message).toContain('objcopy --decompress-debug-sections');
  });
});
