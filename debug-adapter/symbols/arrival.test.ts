/** Questions to a program whose units are still coming, with a stream that gives them when the test says so. */
import { copyFileSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readSymbolsOf } from '../file-parts-node.ts';
import { inflateOnNode } from '../inflate-node.ts';
import { MemoryCache } from '../memory-cache.ts';
import { OpenedImages } from '../opened-images.ts';
import { makePatient } from '../symbol-files.ts';
import type { Arrives, Inflaters } from './compression.ts';
import { parseElf, SHF } from './elf.ts';
import { SymbolImage } from './image.ts';
import { buildIndex, loadSymbols, type SymbolFiles } from './load.ts';
import { inTurns } from './pieces.ts';
import { localFiles, openWorkshop, run } from './testing/fixtures.ts';
import { buildMany } from './testing/many-units.ts';

const UNITS = 40;
const LAST = UNITS - 1;

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});
const plain = buildMany(workshop, UNITS);
const packed = join(workshop.directory, 'packed');
run('objcopy', ['--compress-debug-sections=zlib', plain, packed]);
const whole = SymbolImage.open(new Uint8Array(readFileSync(plain)), 'many');
const starts = whole.elf.sections.find(({ name }) => name === '.debug_info')!;

/** Where one unit of the program begins. */
const startOf = (unit: number): number => {
  const { bytes } = parseElf(new Uint8Array(readFileSync(plain)));
  const view = new DataView(bytes.buffer, bytes.byteOffset + starts.offset, starts.size);
  let at = 0;
  for (let n = 0; n < unit; n++) at += view.getUint32(at, true) + 4;
  return at;
};

/** Time for whatever can go on. */
const awhile = () => new Promise((resolve) => setTimeout(resolve, 20));

/** A stream of units that comes as far as it is told, and how often all of it was had at once. */
function slowly() {
  let give: Arrives | undefined;
  let content = new Uint8Array();
  let settle: { resolve: (bytes: Uint8Array) => void; reject: (error: Error) => void };
  const counted = { atOnce: 0 };
  const inflaters: Inflaters = {
    zlib: {
      async inflate(stream, size, arrives) {
        const bytes = new Uint8Array(inflateSync(stream.readNow!()));
        if (!arrives) return bytes;
        content = bytes;
        give = arrives;
        return new Promise((resolve, reject) => {
          settle = { resolve, reject };
          // Nothing is there of what has not come.
          room = new Uint8Array(size);
          arrives(room, 1);
        });
      },
      now(data) {
        counted.atOnce++;
        return new Uint8Array(inflateSync(data));
      },
    },
  };
  let room = new Uint8Array();
  return {
    inflaters,
    counted,
    until(length: number) {
      room.set(content.subarray(0, length));
      give?.(room, length);
    },
    end() {
      this.until(content.length);
      settle.resolve(room);
    },
    fail() {
      settle.reject(new Error('damaged'));
    },
  };
}

async function begin(files: Partial<SymbolFiles> = {}) {
  const stream = slowly();
  const image = await loadSymbols(new Uint8Array(readFileSync(packed)), 'many', packed, {
    ...{ ...localFiles, inflate: stream.inflaters, worthStarting: 1, ...files },
  });
  return { image, stream };
}

/** Has a promise settled after a while? */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  await awhile();
  return done;
}

describe('a program whose units are still coming', () => {
  it('has the line of a unit as soon as that is there, with units behind it missing', async () => {
    const { image, stream } = await begin();
    expect(image.hasDebugInfo).toBe(true);
    for (const unit of [0, 7, LAST]) {
      const asked = inTurns(image.searchLine(`unit${unit}.c`, 5));
      expect(await settled(asked)).toBe(false);
      // All of the unit but its last byte.
      const end = unit === LAST ? starts.size : startOf(unit + 1);
      stream.until(end - 1);
      expect(await settled(asked)).toBe(false);
      stream.until(end);
      expect(await asked).toEqual(whole.addressesForLine(`unit${unit}.c`, 5));
    }
    expect(stream.counted.atOnce).toBe(0);
  });

  it('loses no place of a line that all units have', async () => {
    const { image, stream } = await begin();
    const asked = [
      inTurns<unknown>(image.searchLine('common.h', 3)),
      inTurns(image.searchStatements('common.h', 1, 4)),
      inTurns(image.searchFunction('common')),
      inTurns(image.listSources()),
    ];
    for (let unit = 1; unit < UNITS; unit++) {
      stream.until(startOf(unit));
      await Promise.resolve();
    }
    for (const one of asked) expect(await settled(one)).toBe(false);
    stream.end();
    expect(await Promise.all(asked)).toEqual([
      whole.addressesForLine('common.h', 3),
      whole.statements('common.h', 1, 4),
      whole.addressesForFunction('common'),
      whole.sourceFiles(),
    ]);
    expect(whole.addressesForLine('common.h', 3)?.addresses).toHaveLength(UNITS);
    expect(stream.counted.atOnce).toBe(0);
  });

  it('has all of them at once for who cannot wait, and says the same', async () => {
    const questions: ((image: SymbolImage) => unknown)[] = [
      (image) => image.addressesForLine('common.h', 3),
      (image) => image.statements('common.h', 1, 4),
      (image) => image.sourceFiles(),
      (image) => image.findFunctions(`f${LAST}`),
      (image) => image.findVariable(`count${LAST}`)?.locate(),
      (image) => image.functionNames(),
      (image) => image.functionAt(whole.findFunction(`f${LAST}`)!.lowPc),
    ];
    for (const ask of questions) {
      const { image, stream } = await begin();
      stream.until(startOf(3));
      expect(ask(image)).toEqual(ask(whole));
      stream.end();
      await awhile();
      expect(ask(image)).toEqual(ask(whole));
    }
  });

  it('asks those who compute to ask again when they are there', async () => {
    const { image, stream } = await begin();
    const memory = new MemoryCache({
      request: () => Promise.reject(new Error('none')),
      known: () => undefined,
    });
    makePatient(image, memory);
    const found = memory.compute(() => image.functionAt(whole.findFunction(`f${LAST}`)!.lowPc)?.name);
    expect(await settled(found)).toBe(false);
    stream.end();
    expect(await found).toBe(`f${LAST}`);
    expect(stream.counted.atOnce).toBe(0);
  });

  it('has the index that was kept, and keeps one, when all are there', async () => {
    const kept = new Map<string, Uint8Array>();
    let writes = 0;
    const cache = {
      read: (key: string) => Promise.resolve(kept.get(key)),
      write: (key: string, bytes: Uint8Array) => {
        writes++;
        return Promise.resolve(void kept.set(key, bytes));
      },
    };
    for (const kind of ['built', 'restored']) {
      const { image, stream } = await begin({ cache });
      Object.defineProperty(image.index, 'key', { value: 'a-key' });
      const building = buildIndex(image, cache, new AbortController().signal, () => undefined);
      expect(await settled(building)).toBe(false);
      expect(image.index.isComplete).toBe(false);
      const preparing = inTurns(image.prepare());
      stream.end();
      await Promise.all([preparing, building]);
      expect(image.index.isComplete, kind).toBe(true);
      // What was read again is not written again.
      expect(writes, kind).toBe(1);
      expect(image.functionNames(), kind).toEqual(whole.functionNames());
    }
  });

  it('keeps what has come of a damaged stream, and says that the rest is missing', async () => {
    const { image, stream } = await begin();
    stream.until(startOf(5) + 20);
    const asked = inTurns(image.searchLine(`unit${LAST}.c`, 5));
    stream.fail();
    await asked;
    expect(image.problems.map(({ code }) => code)).toContain('elf-compression');
    expect(image.findVariable('count4')?.name).toBe('count4');
    expect(image.findVariable('count5')).toBeUndefined();
    expect(image.addressesForLine('unit4.c', 5)).toEqual(whole.addressesForLine('unit4.c', 5));
  });
});

describe('a compressed program on this computer', () => {
  const files = { ...localFiles, inflate: inflateOnNode, worthStarting: 1 };
  const copy = join(workshop.directory, 'copy');
  copyFileSync(packed, copy);

  it('is read where its sections are decompressed, and not before', async () => {
    const source = await readSymbolsOf(copy, 1);
    const { sections } = parseElf(source.bytes);
    const left = sections.filter(({ flags, size }) => (flags & SHF.compressed) !== 0 && size > 64);
    expect(left.length).toBeGreaterThan(3);
    for (const { offset, size } of left)
      expect(source.bytes.subarray(offset + 32, offset + size).some((byte) => byte !== 0)).toBe(false);
    const image = await loadSymbols(source, 'many', copy, files);
    expect(await inTurns(image.listSources())).toEqual(whole.sourceFiles());
    expect(image.allStatements()).toEqual(whole.allStatements());
    expect(image.problems).toEqual([]);
    const hasty = await loadSymbols(await readSymbolsOf(copy, 1), 'many', copy, files);
    expect(hasty.functionNames()).toEqual(whole.functionNames());
  });

  it('is another one when it was written again, also for who has begun to read it', async () => {
    const opened = new OpenedImages();
    const host = { readFile: () => Promise.reject(new Error('none')), inflate: inflateOnNode } as never;
    const before = await readSymbolsOf(copy, 1);
    const image = await opened.open(before, 'many', copy, host);
    expect(await opened.open(await readSymbolsOf(copy, 1), 'many', copy, host)).toBe(image);
    utimesSync(copy, 1, 1);
    const again = await readSymbolsOf(copy, 1);
    expect(again.bytes).toEqual(before.bytes);
    expect(await opened.open(again, 'many', copy, host)).not.toBe(image);
    const late = await loadSymbols(before, 'many', copy, files);
    expect(late.problems.map(({ code }) => code)).toContain('elf-compression');
  });
});
