/**
 * The emulator dies in the middle of a load of writes, again and again at other moments: what the guest had flushed is on the disk, and
 * the rest is what a power cut explains. COLINUX_KILLS says how often; `npm run test:kills` does it 200 times, and cuts the power as often.
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOurs } from '../host/device-host.ts';
import { linesOf } from '../host/host-machine.ts';
import { openWorkshop, UNIX, type Workshop } from './run-guest.ts';
import { damage, flushedSteps, generator, hasDiskTools, LOAD_WORDS, makeLoadDisk } from './write-load.ts';

const KILLS = Number(process.env.COLINUX_KILLS ?? 8);
const CUTS = Math.max(60, KILLS);
const SECTOR = 512;

describe.skipIf(!hasDiskTools)('a load of writes', () => {
  let workshop: Workshop;
  let disk = '';
  beforeAll(async () => {
    workshop = await openWorkshop();
    disk = makeLoadDisk(workshop.folder);
  });
  afterAll(() => {
    workshop.close();
  });

  it(`survives that the process is killed, ${KILLS} times`, async () => {
    const random = generator(Date.now());
    const whole = join(workshop.folder, 'whole.img');
    copyFileSync(disk, whole);
    const began = performance.now();
    const { lines } = await workshop.here({ words: LOAD_WORDS, disks: [whole] });
    const longest = performance.now() - began;
    const all = flushedSteps(lines);
    expect(all).toBeGreaterThan(20);
    expect(damage(whole, all, 'in order')).toEqual([]);

    const flushed: number[] = [];
    for (let n = 0; n < KILLS; n += 2) {
      const pair = [n, n + 1].map(async (kill) => {
        const image = join(workshop.folder, `kill${kill % 2}.img`);
        copyFileSync(disk, image);
        const outcome = await workshop.kill(
          { words: LOAD_WORDS, disks: [image] },
          random(Math.ceil(longest)),
        );
        const steps = flushedSteps(outcome.lines);
        flushed.push(steps);
        expect(damage(image, steps, 'in order')).toEqual([]);
      });
      await Promise.all(pair);
    }
    // Some came in the middle.
    expect(flushed.some((steps) => steps > 0 && steps < all)).toBe(true);
  }, 2_000_000);

  /** What a disk has done, and how many steps were flushed then. */
  type Event =
    | { readonly kind: 'write'; readonly steps: number; readonly at: number; readonly data: Uint8Array }
    | { readonly kind: 'flush'; readonly steps: number };

  describe('survives a power cut', () => {
    const events: Event[] = [];
    let original = Buffer.alloc(0);
    beforeAll(async () => {
      original = readFileSync(disk);
      const { host, finish } = await createOurs(
        {
          modules: [`${UNIX} cobd0=blk0 log ${LOAD_WORDS}`],
          // The disk writes into what it is given.
          disks: [{ bytes: Buffer.from(original) }],
          onDisk(operation) {
            if (operation.kind !== 'flush' && operation.kind !== 'write') return;
            const steps = flushedSteps(linesOf(host.com1().replaceAll('\r', ''), 'guest0'));
            if (operation.kind === 'flush') events.push({ kind: 'flush', steps });
            else {
              const { sector, data } = operation;
              events.push({ kind: 'write', steps, at: sector * SECTOR, data: data.slice() });
            }
          },
        },
        () => 0,
      );
      await finish();
    }, 300_000);

    it.each(['in order', 'in any order'] as const)(
      `at ${CUTS} moments, of a disk that does %s what is not flushed`,
      (order) => {
        const random = generator(CUTS);
        const image = join(workshop.folder, 'cut.img');
        const seen = new Set<number>();
        for (let cut = 0; cut < CUTS; cut++) {
          const past = events.slice(0, 1 + random(events.length));
          const flush = past.map(({ kind }) => kind).lastIndexOf('flush');
          const bytes = Buffer.from(original);
          for (const [n, event] of past.entries()) {
            if (event.kind !== 'write') continue;
            const { data, at } = event;
            // A disk that keeps no order may also be in the middle of each write.
            const torn = n > flush && order === 'in any order';
            if (torn && random(2) === 0) continue;
            bytes.set(torn ? data.subarray(0, SECTOR * random(data.length / SECTOR + 1)) : data, at);
          }
          writeFileSync(image, bytes);
          const { steps } = past.at(-1)!;
          seen.add(steps);
          expect(damage(image, steps, order), `cut ${cut} after ${past.length} events`).toEqual([]);
        }
        expect(seen.size).toBeGreaterThan(20);
      },
      600_000,
    );
  });
});
