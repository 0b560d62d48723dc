/*
 * Owns the machine of tests of power cuts: `unix-guest` with a disk that answers late and out of order, and keeps what is written in
 * a volatile cache until it is flushed. When the power fails, each sector in the cache is lost or not, by a seeded generator.
 */
import { type BlockOperation, type BlockOutcome, SECTOR } from '../../core/devices/virtio/block-backend.ts';
import { createRandom } from '../../core/testing/random.ts';
import { createHost } from '../host/host-machine.ts';

const SLICE_MS = 0.05;
const SLICES_LATE = 8;
const LONGEST_MS = 120_000;

export interface PowerCut {
  readonly com1: string;
  /** What is on the disk when the power comes back. */
  readonly disk: Uint8Array;
  /** How many sectors of the cache are lost. */
  readonly lost: number;
}

/**
 * One run of the guest to its end.
 * @param module the guest and its words
 * @param every so many writes, `onCut` is told what a power cut at that moment leaves
 * @returns what the guest leaves
 */
export function runWithPowerCuts(
  module: string,
  image: Uint8Array,
  seed: number,
  every: number,
  onCut: (cut: PowerCut) => void,
): PowerCut {
  const random = createRandom(seed);
  const newest = image.slice();
  const safe = image.slice();
  /** What a flush makes safe: sectors whose writing has been answered. */
  const cache = new Map<number, Uint8Array>();
  let writes = 0;
  let waiting: { slices: number; give: () => void }[] = [];

  function perform(operation: BlockOperation): { outcome: BlockOutcome; ended: () => void } {
    switch (operation.kind) {
      case 'read':
        return {
          outcome: {
            ok: true,
            data: newest.slice(operation.sector * SECTOR, (operation.sector + operation.count) * SECTOR),
          },
          ended: () => undefined,
        };
      case 'write': {
        const { sector, data } = operation;
        writes++;
        newest.set(data, sector * SECTOR);
        return {
          outcome: { ok: true },
          ended: () => {
            for (let n = 0; n < data.length / SECTOR; n++)
              cache.set(sector + n, data.slice(n * SECTOR, (n + 1) * SECTOR));
          },
        };
      }
      case 'flush':
        for (const [sector, data] of cache) safe.set(data, sector * SECTOR);
        cache.clear();
        return { outcome: { ok: true }, ended: () => undefined };
      default:
        return { outcome: { ok: false }, ended: () => undefined };
    }
  }

  const host = createHost([module], '', 64, undefined, {
    devices: {
      disks: [{ kind: 'outside', serial: 'disk0', readOnly: false, sectors: image.length / SECTOR }],
    },
    outputs: {
      frame: () => undefined,
      console: () => undefined,
      share: () => undefined,
      block(_disk, id, operation) {
        const { outcome, ended } = perform(operation);
        waiting.push({
          slices: random(SLICES_LATE),
          give() {
            ended();
            host.machine.outside.completeBlock(0, id, outcome);
          },
        });
      },
    },
  });

  function cutPower(): PowerCut {
    const disk = safe.slice();
    let lost = 0;
    for (const [sector, data] of cache)
      if (random(2) === 0) lost++;
      else disk.set(data, sector * SECTOR);
    return { com1: host.com1(), disk, lost };
  }

  let next = every;
  for (let now = 0; host.run(SLICE_MS) === undefined; now += SLICE_MS) {
    if (writes >= next) {
      onCut(cutPower());
      next = writes + every;
    }
    if (now > LONGEST_MS) throw new Error(`The guest does not end:\n${host.com1()}`);
    const due = waiting.filter(({ slices }) => slices === 0);
    waiting = waiting
      .filter(({ slices }) => slices > 0)
      .map(({ slices, give }) => ({ slices: slices - 1, give }));
    for (const { give } of due) give();
  }
  return cutPower();
}
