/**
 * Hostile input: whatever bytes a file holds, opening throws nothing but `SymbolError`, no query throws, and
 * every query ends. One run per section, mutated within it, and one for truncation; seeded, so a failure repeats.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { parseElf } from './elf.ts';
import { SymbolError } from './errors.ts';
import { SymbolImage } from './image.ts';
import { openWorkshop } from './testing/fixtures.ts';
import { typeName } from './type-name.ts';
import { sizeOfType, stripType } from './types.ts';
import { unwindStack } from './unwind-i386.ts';

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});
const fixtures = [
  workshop.build('fuzz5', 'gcc', ['-gdwarf-5', '-O2', '-ffunction-sections']),
  workshop.build('fuzz4', 'gcc', ['-gdwarf-4', '-Og']),
];

/** A small deterministic generator (xorshift32). */
function random(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Asks everything; returns how many answers there were, and throws what a query throws. */
function interrogate(image: SymbolImage, pcs: readonly number[], file: string): number {
  let answers = 0;
  const readMemory = (address: number, length: number): Uint8Array =>
    new Uint8Array(Math.min(length, 64)).fill(address & 255);
  for (const pc of pcs) {
    const fn = image.functionAt(pc);
    if (fn) answers++;
    if (image.lineAt(pc)) answers++;
    answers += image.lineRanges(pc).length + image.rowsOfFunction(pc).length;
    image.prologueEnd(pc);
    const registers = [1, 2, 3, 4, 0x8000, 0x8100, 7, 8, pc, 0x202];
    answers += unwindStack(image, registers, readMemory, 20).frames.length;
    for (const scope of image.scopesAt(pc)) {
      for (const variable of scope.variables) {
        variable.locate({ registers, pc, cfa: () => 0x8000, readMemory });
        typeName(stripType(variable.type));
        sizeOfType(variable.type);
        answers++;
      }
    }
  }
  for (const name of ['struct box', 'struct list', 'u32', 'enum color', 'union word']) {
    const type = image.findType(name);
    if (!type) continue;
    const bare = stripType(type);
    if (bare.kind === 'struct' || bare.kind === 'union') {
      for (const m of bare.members) answers += typeName(m.type, m.name).length > 0 ? 1 : 0;
    }
    if (bare.kind === 'enum') answers += bare.enumerators.length;
  }
  answers += image.globals().length + image.functionNames().length + image.sourceFiles().length;
  for (const line of [1, 26, 37, 48]) answers += image.addressesForLine(file, line)?.addresses.length ?? 0;
  answers += image.breakpointLines(file, 1, 100).length;
  image.findVariable('ticks', pcs[0])?.locate();
  if (image.symbolNamed('leaf')) answers++;
  return answers + image.notes.length;
}

const VALUES = [0, 1, 0x7f, 0x80, 0xff, 0x40, 0x11];

describe.each(fixtures)('$label', ({ bytes, image }) => {
  const elf = parseElf(bytes);
  const text = elf.sections.find((s) => s.name.startsWith('.text') && s.size > 16)!;
  const pcs = [0, 1, 2].map((i) => text.address + Math.floor((text.size * i) / 3));
  const file = workshop.source('program.c');
  const areas: [string, number, number][] = [
    ['ELF header', 0, 52],
    ...elf.sections
      .filter((s) => s.size > 0 && s.type !== 8 && !s.name.startsWith('.text'))
      .map((s): [string, number, number] => [s.name, s.offset, s.size]),
    ['section headers', new DataView(bytes.buffer).getUint32(32, true), elf.sections.length * 40],
  ];

  it('answers everything when sound', () => {
    expect(interrogate(image, pcs, file)).toBeGreaterThan(100);
    expect(image.problems).toEqual([]);
  });

  it.each(areas)('survives mutations of %s', (name, offset, size) => {
    const next = random(offset * 7919 + size);
    let damaged = 0;
    let refused = 0;
    for (let round = 0; round < 60; round++) {
      const mutant = bytes.slice();
      for (let n = 1 + next(4); n > 0; n--) {
        mutant[offset + next(size)] = next(2) === 0 ? VALUES[next(VALUES.length)]! : next(256);
      }
      const started = performance.now();
      try {
        const opened = SymbolImage.open(mutant, name);
        interrogate(opened, pcs, file);
        if (opened.problems.length > 0) damaged++;
      } catch (error) {
        if (!(error instanceof SymbolError)) throw error;
        refused++;
      }
      expect(performance.now() - started).toBeLessThan(3000);
    }
    if (name === '.debug_abbrev' || name === 'section headers') expect(damaged + refused).toBeGreaterThan(0);
  });

  it('survives truncation at any length', () => {
    const next = random(bytes.length);
    let refused = 0;
    for (let round = 0; round < 60; round++) {
      try {
        interrogate(SymbolImage.open(bytes.slice(0, next(bytes.length)), 'cut'), pcs, file);
      } catch (error) {
        if (!(error instanceof SymbolError)) throw error;
        refused++;
      }
    }
    expect(refused).toBe(60); // the section headers stand at the end of the file
  });

  it('survives every debug section cut short', () => {
    const table = new DataView(bytes.buffer, bytes.byteOffset).getUint32(32, true);
    let damaged = 0;
    elf.sections.forEach((section, i) => {
      if (!/^\.(debug_|eh_frame|symtab|strtab)/.test(section.name)) return;
      for (const part of [0, 0.3, 0.6, 0.95]) {
        const mutant = bytes.slice();
        new DataView(mutant.buffer).setUint32(table + i * 40 + 20, Math.floor(section.size * part), true);
        const opened = SymbolImage.open(mutant, section.name);
        interrogate(opened, pcs, file);
        if (opened.problems.length > 0) damaged++;
      }
    });
    expect(damaged).toBeGreaterThan(5);
  });
});
