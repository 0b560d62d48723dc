/** Random garbage in descriptors, rings and registers of every device: no exception, no write outside RAM, and it still works. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random.ts';
import { FEATURE_EVENT_INDEX, FEATURE_INDIRECT, IO_BASE, VirtioDriver } from '../../testing/virtio-driver.ts';
import { MemoryDisk } from './block-backend.ts';
import { createLoopback } from './net-backend.ts';
import { Virtio9p } from './virtio-9p.ts';
import { VirtioBlk } from './virtio-blk.ts';
import { VirtioConsole } from './virtio-console.ts';
import type { VirtioModel } from './virtio-device.ts';
import { VirtioNet } from './virtio-net.ts';
import { VirtioRng } from './virtio-rng.ts';

const OPERATIONS = 20_000;
const RAM = 2 << 20;

const models: [string, () => VirtioModel][] = [
  [
    'blk',
    () => new VirtioBlk({ name: 'disk0', serial: 'x' }, new MemoryDisk(new Uint8Array(1 << 16), false)),
  ],
  ['net', () => new VirtioNet('net0', new Uint8Array(6), createLoopback())],
  [
    'console',
    () =>
      new VirtioConsole(
        [
          { name: 'a', terminal: true },
          { name: 'b', terminal: false },
        ],
        () => undefined,
      ),
  ],
  ['rng', () => new VirtioRng(1)],
  [
    '9p',
    () => {
      const share = new Virtio9p('share0', 'tag', {
        request: (id, message) => (id % 2 === 0 ? message : undefined),
        save: () => null,
        restore: () => undefined,
      });
      return share;
    },
  ],
];

describe.each(models)('%s', (_name, create) => {
  it.each([1, 2, 3])('survives seed %d', (seed) => {
    const random = createRandom(seed * 7919);
    const driver = new VirtioDriver(create());
    const { memory } = driver;
    const word = () => (random(0x1_0000) | (random(0x1_0000) << 16)) >>> 0;
    /** A value that is often nearly right. */
    const likely = (...values: number[]) => (random(4) === 0 ? word() : values[random(values.length)]!);
    const size = () => ([1, 2, 4] as const)[random(3)]!;
    let ready = 0;

    const start = () => {
      const kind = random(2) === 0 ? 'legacy' : 'modern';
      driver.configure(4, 7, 2);
      driver.configure(0x10, IO_BASE, 4);
      driver.configure(0x20, 0xfebf_c000, 4);
      driver.configure(0x24, 0, 4);
      const features = [FEATURE_INDIRECT, FEATURE_EVENT_INDEX, 0, 1, 5, 15, 16].filter(() => random(2) === 0);
      driver.kind = kind;
      const offered = driver.offered();
      driver.start(
        kind,
        features.filter((feature) => offered.includes(feature)),
      );
      ready++;
    };
    const descriptor = () => {
      const queue = driver.queues[random(driver.queues.length)]!;
      const table = random(4) === 0 ? 0x8_0000 : queue.descriptors;
      queue.describe(
        table + 16 * random(queue.size),
        likely(queue.descriptors, queue.used, queue.available, 0x8_0000, RAM - 16, RAM),
        likely(1, 16, 512, 528, 4096, 0x1_0000, RAM),
        random(8),
        likely(0, 1, 2, random(queue.size)) & 0xffff,
      );
    };
    const operations = [
      start,
      ...Array<() => void>(8).fill(descriptor),
      ...Array<() => void>(6).fill(() => {
        const queue = driver.queues[random(driver.queues.length)]!;
        queue.publish(likely(0, random(queue.size)) & 0xffff);
        queue.kick();
      }),
      () => {
        const queue = driver.queues[random(driver.queues.length)]!;
        memory.write(queue.available + random(8), word(), size());
      },
      () => {
        driver.setMmio(likely(random(0x38), random(0x4000)) % 0x3ffc, likely(0, 1, 3, 11, 15), size());
      },
      () => void driver.pci.readMemory(0xfebf_c000 + random(0x4000), size()),
      () => {
        driver.bus.write(IO_BASE + random(128), likely(0, 1, 2, 7, 0x10), size());
      },
      () => void driver.bus.read(IO_BASE + random(128), size()),
      () => {
        const bytes = size();
        driver.configure(random(256) & -bytes, likely(0, 1, 7, 0x2000), bytes);
      },
      () => {
        const bytes = size();
        driver.configuration(random(256) & -bytes, bytes);
      },
      () => {
        memory.writeBytes(
          0x1_0000 + random(0x4000),
          Uint8Array.from({ length: random(64) }, () => random(256)),
        );
      },
    ];

    start();
    for (let n = 0; n < OPERATIONS; n++) operations[random(operations.length)]!();
    expect(ready).toBeGreaterThan(100);

    // Everything is as good as new after a reset.
    driver.pci.reset();
    driver.device.reset();
    driver.configure(0x10, IO_BASE, 4);
    driver.configure(0x20, 0xfebf_c000, 4);
    driver.configure(4, 7, 2);
    driver.start('modern');
    expect(driver.status()).toBe(15);
    driver.queues[0]!.add([new Uint8Array(16), 512, 1]);
    driver.queues[0]!.kick();
    expect(driver.status()).toBe(15);
  });
});
