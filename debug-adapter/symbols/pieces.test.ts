/** Work in pieces, with a clock that a test moves: how often others get their turn does not depend on the computer. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { say } from '../../core/sentences/say.ts';
import { MemoryCache } from '../memory-cache.ts';
import { makePatient } from '../symbol-files.ts';
import { SymbolError } from './errors.ts';
import { SymbolImage } from './image.ts';
import { atOnce, guardedPieces, inTurns, type Pieces } from './pieces.ts';
import { openWorkshop, type Workshop } from './testing/fixtures.ts';
import { buildMany } from './testing/many-units.ts';

/** Units of the program, each of which uses the header. */
const UNITS = 40;

function* count(to: number): Pieces<number> {
  for (let n = 0; n < to; n++) yield;
  return to;
}

/** Each look at the clock finds it later. */
function slowTurns(milliseconds: number) {
  let time = 0;
  const turns = {
    taken: 0,
    now: () => (time += milliseconds),
    next: () => {
      turns.taken++;
      return Promise.resolve();
    },
  };
  return turns;
}

describe('work in pieces', () => {
  it('is done at once, or in as many turns as its slices are', async () => {
    expect(atOnce(count(5))).toBe(5);
    const slow = slowTurns(100);
    expect(await inTurns(count(5), slow)).toBe(5);
    expect(slow.taken).toBe(5);
    const quick = slowTurns(1);
    expect(await inTurns(count(100), quick)).toBe(100);
    expect(quick.taken).toBeGreaterThan(100 / 10);
    expect(quick.taken).toBeLessThan(100 / 5);
  });

  it('ends with what it throws; damage of a file is reported', async () => {
    function* damaged(what: Error): Pieces<number> {
      yield;
      throw what;
    }
    const damage = new SymbolError('dwarf-line', say`damaged`);
    const reported: SymbolError[] = [];
    const report = (error: SymbolError) => void reported.push(error);
    expect(await inTurns(guardedPieces(damaged(damage), 7, report))).toBe(7);
    expect(reported).toEqual([damage]);
    await expect(inTurns(guardedPieces(damaged(new RangeError('a bug')), 7, report))).rejects.toThrow(
      'a bug',
    );
  });
});

describe('a program of many units', () => {
  let workshop: Workshop;
  let bytes: Uint8Array;
  const image = () => SymbolImage.open(bytes, 'many');

  beforeAll(() => {
    workshop = openWorkshop();
    bytes = readFileSync(buildMany(workshop, UNITS));
  }, 60_000);
  afterAll(() => {
    workshop.dispose();
  });

  it('finds a line of its header with turns for others at every unit, and has it ready then', async () => {
    const turns = slowTurns(100);
    const patient = image();
    const found = await inTurns(patient.searchLine('common.h', 3), turns);
    expect(found?.addresses).toHaveLength(UNITS);
    // To read the headers, to look through their names, to run the programs, to find the function of each copy and its prologue.
    expect(turns.taken).toBeGreaterThan(4 * UNITS);
    const again = slowTurns(100);
    expect(await inTurns(patient.searchLine('common.h', 3), again)).toBe(found);
    expect(again.taken).toBe(0);
    expect(image().addressesForLine('common.h', 3)).toEqual(found);
  });

  it('finds the sources, the statements of a file and a function with turns at every unit', async () => {
    const patient = image();
    for (const search of [
      patient.listSources(),
      patient.searchStatements('common.h', 1, 4),
      patient.searchFunction('common'),
    ]) {
      const turns = slowTurns(100);
      expect((await inTurns<readonly unknown[]>(search, turns)).length).toBeGreaterThan(0);
      expect(turns.taken).toBeGreaterThanOrEqual(UNITS);
    }
    expect(image().sourceFiles()).toEqual(patient.sourceFiles());
  });

  it('keeps the tables of a file of its own, and of a header only where its statements are', () => {
    const one = image();
    expect(one.addressesForLine('unit3.c', 5)?.addresses).toHaveLength(1);
    expect(one.decodedLineTables).toBe(1);
    const all = image();
    expect(all.statements('common.h', 1, 4).map(({ line }) => line)).toEqual([2, 3, 4]);
    expect(all.decodedLineTables).toBe(0);
  });

  it('has its index built while a computation waits that asks for a name', async () => {
    const patient = image();
    const memory = new MemoryCache({
      request: () => Promise.reject(new Error('none')),
      known: () => undefined,
    });
    makePatient(patient, memory);
    let rounds = 0;
    const found = await memory.compute(() => {
      rounds++;
      return patient.findVariable(`count${UNITS - 1}`)?.name;
    });
    expect([found, rounds, patient.index.isComplete]).toEqual([`count${UNITS - 1}`, 2, true]);
    // Who cannot wait has it at once.
    const hasty = image();
    makePatient(hasty, memory);
    expect(hasty.findVariable('count0')?.name).toBe('count0');
  });
});
