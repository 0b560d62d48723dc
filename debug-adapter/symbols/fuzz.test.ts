/**
 * Hostile input: see `testing/fuzz.ts`. Here a short run with fixed seeds: section by section for plain
 * programs, and for those in every packing; `npm run fuzz` runs the latter for long.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { parseElf } from './elf.ts';
import { SymbolError } from './errors.ts';
import { SymbolImage } from './image.ts';
import { openWorkshop } from './testing/fixtures.ts';
import { damageableParts, fuzzTargets, interrogate, mutate } from './testing/fuzz.ts';
import { seededRandom } from './testing/random.ts';

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});
const fixtures = [
  workshop.build('fuzz5', 'gcc', ['-gdwarf-5', '-O2', '-ffunction-sections']),
  workshop.build('fuzz4', 'gcc', ['-gdwarf-4', '-Og']),
];
const ROUNDS = 12;
/** Of one packing: about a second on a slow machine. */
const PACKED_ROUNDS = 40;

describe.each(fixtures)('$label', ({ bytes, image }) => {
  const elf = parseElf(bytes);
  const text = elf.sections.find((s) => s.name.startsWith('.text') && s.size > 16)!;
  const pcs = [0, 1, 2].map((i) => text.address + Math.floor((text.size * i) / 3));
  const file = workshop.source('program.c');

  it('answers everything when sound', () => {
    expect(interrogate(image, pcs, file)).toBeGreaterThan(100);
    expect(image.problems).toEqual([]);
  });

  it.each(damageableParts(bytes))('survives mutations of %s', (name, offset, size) => {
    const next = seededRandom(offset * 7919 + size);
    let damaged = 0;
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const mutant = mutate(bytes, offset, size, next);
      try {
        const opened = SymbolImage.open(mutant, name);
        interrogate(opened, pcs, file);
        if (opened.problems.length > 0) damaged++;
      } catch (error) {
        if (!(error instanceof SymbolError)) throw error;
        refused++;
      }
    }
    if (name === '.debug_abbrev' || name === 'section headers') expect(damaged + refused).toBeGreaterThan(0);
  });

  it('survives truncation at any length', () => {
    const next = seededRandom(bytes.length);
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      try {
        interrogate(SymbolImage.open(bytes.slice(0, next(bytes.length)), 'cut'), pcs, file);
      } catch (error) {
        if (!(error instanceof SymbolError)) throw error;
        refused++;
      }
    }
    expect(refused).toBe(ROUNDS); // the section headers stand at the end of the file
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

describe('every packing', async () => {
  it.each(await fuzzTargets(workshop))('survives mutations: $name', async ({ name, round }) => {
    const random = seededRandom(name.length * 7919);
    for (let n = 0; n < PACKED_ROUNDS; n++) {
      await round(random);
    }
  });
});
