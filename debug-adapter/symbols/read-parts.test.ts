/** Files that are read in parts for their symbols. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSymbolsOf } from '../file-parts-node.ts';
import { SHT } from './elf.ts';
import { SymbolImage } from './image.ts';
import { readForSymbols } from './read-parts.ts';
import { openWorkshop, run } from './testing/fixtures.ts';

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});
const { path, bytes } = workshop.build('relocs', 'gcc', ['-gdwarf-5', '-O2']);
const linked = join(workshop.directory, 'linked');
run('gcc', [
  ...['-m32', '-nostdlib', '-static', '-Wl,-m,elf_i386,-e,_start,--emit-relocs'],
  ...[`${path}-program.c.o`, workshop.source('start.S'), '-o', linked],
]);

/** A file in memory, and how much of it was read. */
function parts(file: Uint8Array) {
  let total = 0;
  return {
    size: file.length,
    read: () => total,
    readInto(target: Uint8Array, offset: number) {
      target.set(file.subarray(offset, offset + target.length));
      total += target.length;
      return Promise.resolve();
    },
  };
}

describe('a file that is read for its symbols', () => {
  const whole = new Uint8Array(readFileSync(linked));
  const relocations = SymbolImage.open(whole, 'whole').elf.sections.filter(({ type }) => type === SHT.rel);

  it('is read but for the relocations of a linked program', async () => {
    expect(relocations.length).toBeGreaterThan(3);
    const file = parts(whole);
    const { bytes: read } = await readForSymbols(file, 1);
    for (const { offset, size } of relocations)
      expect(read.subarray(offset, offset + size).some((byte) => byte !== 0)).toBe(false);
    const left = relocations.reduce((sum, { size }) => sum + size, 0);
    expect(file.read()).toBeLessThan(whole.length - left + 8192);
    const [ours, theirs] = [SymbolImage.open(read, 'parts'), SymbolImage.open(whole, 'whole')];
    expect(ours.problems).toEqual([]);
    expect(ours.functionNames()).toEqual(theirs.functionNames());
    expect(ours.allStatements()).toEqual(theirs.allStatements());
    expect(ours.globals()).toEqual(theirs.globals());
  });

  it('is the same to the last byte where nothing is left out: small sections, object files, what is no ELF file', async () => {
    const object = new Uint8Array(readFileSync(`${path}-program.c.o`));
    const text = new TextEncoder().encode('no ELF file');
    const few = [whole, object, text, new Uint8Array(), bytes.subarray(0, 100)];
    for (const [n, file] of few.entries())
      expect(await readForSymbols(parts(file), n === 0 ? 1 << 20 : 1)).toEqual({ bytes: file });
    expect(await readSymbolsOf(linked)).toEqual({ bytes: whole });
  });

  it('is read to its end whatever its headers say', async () => {
    const headers = SymbolImage.open(whole, 'whole').elf.sections.length * 40;
    for (let at = 0; at < headers; at += 7) {
      const damaged = whole.slice();
      damaged[at < 56 ? at : whole.length - (at % headers) - 1]! ^= 0xa5;
      const { bytes: read } = await readForSymbols(parts(damaged), 1);
      expect(read).toHaveLength(damaged.length);
    }
  });
});
