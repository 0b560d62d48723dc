/** The transitional PCI transport with a device that copies: registers, negotiation, queues, interrupts, hostile rings. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Interface,
  FEATURE_EVENT_INDEX,
  FEATURE_INDIRECT,
  FEATURE_VERSION_1,
  IO_BASE,
  VirtioDriver,
} from '../../testing/virtio-driver.ts';
import type { VirtioHost, VirtioModel } from './virtio-device.ts';

/** Answers a request with its own bytes; both queues do the same. */
class Copier implements VirtioModel<number> {
  readonly name = 'copier';
  readonly type = 4;
  readonly classCode = 0x00_ff00;
  readonly features = [3];
  readonly queueSizes = [8, 4];
  readonly configured: string[] = [];
  host!: VirtioHost;
  served = 0;
  configuration(): Uint8Array {
    return Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }
  configure(offset: number, bytes: Uint8Array): void {
    this.configured.push(`${offset}=${bytes.join()}`);
  }
  attach(host: VirtioHost): void {
    this.host = host;
  }
  notify(queue: number): void {
    this.host.queues[queue]!.drain((chain) => {
      this.served++;
      return this.host.write(chain, 0, this.host.read(chain, 0, chain.readableLength));
    });
  }
  reset(): void {
    this.served = 0;
  }
  save(): number {
    return this.served;
  }
  restore(state: number): void {
    this.served = state;
  }
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const NEEDS_RESET = 0x40;

let model: Copier;
let driver: VirtioDriver;
beforeEach(() => {
  model = new Copier();
  driver = new VirtioDriver(model);
});

describe('the configuration space', () => {
  it('is that of a transitional device', () => {
    expect(driver.configuration(0, 4)).toBe(0x1005_1af4);
    expect(driver.configuration(8, 4)).toBe(0x00ff_0000);
    expect(driver.configuration(0x2c, 4)).toBe(0x0004_1af4);
    expect(driver.configuration(0x3c, 2)).toBe(0x010b);
  });

  it('lists the capabilities of the modern interface', () => {
    const found: number[][] = [];
    for (let at = driver.configuration(0x34, 1); at !== 0; at = driver.configuration(at + 1, 1)) {
      const type = driver.configuration(at + 3, 1);
      found.push([
        type,
        driver.configuration(at + 4, 1),
        driver.configuration(at + 8, 4),
        driver.configuration(at + 12, 4),
      ]);
      expect(driver.configuration(at, 1)).toBe(9);
    }
    expect(found).toEqual([
      [5, 0, 0, 0],
      [2, 4, 0x3000, 0x1000],
      [4, 4, 0x2000, 0x1000],
      [3, 4, 0x1000, 0x1000],
      [1, 4, 0x0000, 0x1000],
    ]);
    expect(driver.configuration(0x80, 4)).toBe(4);
  });

  it('has a window to the BARs, mapped or not', () => {
    driver.start('modern');
    driver.configure(4, 0, 2);
    const window = (bar: number, offset: number, length: number) => {
      driver.configure(0x88, bar, 1);
      driver.configure(0x8c, offset, 4);
      driver.configure(0x90, length, 4);
    };
    window(4, 0x2004, 2);
    expect(driver.configuration(0x94, 4) & 0xffff).toBe(0x0605);
    window(0, 18, 1);
    expect(driver.configuration(0x94, 1)).toBe(15);
    driver.configure(0x94, 0, 1);
    expect(driver.configuration(0x94, 1)).toBe(0);
    // What makes no sense does nothing.
    for (const [bar, offset, length] of [
      [4, 0x4000, 4],
      [4, 0x2001, 2],
      [4, 0x2000, 3],
      [3, 0, 4],
      [4, 0xffff_fffe, 4],
    ] as const) {
      window(bar, offset, length);
      driver.configure(0x94, 0xff, 4);
      driver.configuration(0x94, 4);
    }
    expect(model.configured).toEqual([]);
  });
});

describe('negotiation', () => {
  it('offers the same to both interfaces, but version 1 to the modern one only', () => {
    driver.kind = 'legacy';
    expect(driver.offered()).toEqual([3, 27, 28, 29]);
    driver.kind = 'modern';
    expect(driver.offered()).toEqual([3, 27, 28, 29, 32]);
    driver.setMmio(0, 2, 4);
    expect(driver.mmio(4, 4)).toBe(0);
  });

  it('refuses FEATURES_OK without version 1 and for what was not offered', () => {
    driver.setStatus(3);
    driver.setStatus(11);
    expect(driver.status()).toBe(3);
    driver.setStatus(0);
    expect(() => driver.start('modern', [5])).toThrow(/refused/);
    driver.start('modern', [3]);
    expect([3, 5, 32, 28].map((feature) => model.host.has(feature))).toEqual([true, false, true, false]);
  });

  it('is closed once the driver is ready, and open again after a reset', () => {
    driver.start('legacy', [3]);
    driver.bus.write(IO_BASE + 4, 0, 4);
    expect(driver.bus.read(IO_BASE + 4, 4)).toBe(8);
    driver.setStatus(0);
    expect(driver.bus.read(IO_BASE + 4, 4)).toBe(0);
  });

  it('lets the modern driver choose smaller queues, powers of two', () => {
    driver.start('modern', [], [4]);
    driver.setStatus(0);
    for (const size of [3, 0, 16, 0x1_0002]) {
      driver.select(0);
      driver.setMmio(0x18, size, 2);
      expect(driver.mmio(0x18, 2)).toBe(size === 0x1_0002 ? 2 : 8);
    }
    driver.select(7);
    expect([driver.mmio(0x18, 2), driver.mmio(0x1c, 2)]).toEqual([0, 0]);
    driver.setMmio(0x1c, 1, 2);
    expect(driver.mmio(0x12, 2)).toBe(2);
  });

  it('keeps the addresses of a queue once it runs', () => {
    const queue = driver.start('modern').queues[0]!;
    driver.select(0);
    driver.setMmio(0x20, 0, 4);
    driver.setMmio(0x24, 1, 4);
    expect([driver.mmio(0x20, 4), driver.mmio(0x24, 4)]).toEqual([queue.descriptors, 0]);
  });
});

describe.each<Interface>(['legacy', 'modern'])('the %s interface', (kind) => {
  it('shows and takes the device configuration', () => {
    driver.start(kind);
    expect([...driver.deviceConfiguration(10)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const read = (offset: number, size: 1 | 2 | 4) =>
      kind === 'legacy' ? driver.bus.read(IO_BASE + 20 + offset, size) : driver.mmio(0x2000 + offset, size);
    expect([read(1, 2), read(4, 4), read(8, 4), read(11, 1)]).toEqual([
      0x0302, 0x0807_0605, 0xffff_ffff, 0xff,
    ]);
    if (kind === 'legacy') driver.bus.write(IO_BASE + 22, 0x1234, 2);
    else driver.setMmio(0x2002, 0x1234, 2);
    expect(model.configured).toEqual(['2=52,18']);
  });

  it.each([false, true])('copies through chains of any cut, indirect: %s', (indirect) => {
    const queue = driver.start(kind, [FEATURE_INDIRECT]).queues[0]!;
    for (let round = 0; round < 20; round++) {
      const used = queue.request([bytes(1, 2, round), bytes(4), bytes(5, 6), 2, 7], { indirect });
      expect(used.written).toBe(6);
      expect(used.data.map((data) => [...data])).toEqual([
        [1, 2],
        [round, 4, 5, 6, 0, 0, 0],
      ]);
    }
    expect(model.served).toBe(20);
    expect(driver.log).toEqual([]);
  });

  it('interrupts until the status is read, unless the driver wants none', () => {
    const queue = driver.start(kind).queues[0]!;
    queue.request([bytes(1), 1]);
    expect(driver.irqs).toEqual([true]);
    expect(driver.configuration(6, 2) & 8).toBe(8);
    queue.request([bytes(1), 1]);
    expect([driver.isr(), driver.isr()]).toEqual([1, 0]);
    expect(driver.irqs).toEqual([true, false]);
    queue.setAvailableFlags(1);
    queue.request([bytes(1), 1]);
    expect(driver.isr()).toBe(0);
  });

  it('interrupts by event index, and asks to be told by one', () => {
    const queue = driver.start(kind, [FEATURE_EVENT_INDEX]).queues[0]!;
    queue.setUsedEvent(2);
    const interrupts = () => {
      queue.request([bytes(1), 1]);
      return driver.isr();
    };
    expect([interrupts(), interrupts(), interrupts(), interrupts()]).toEqual([0, 0, 1, 0]);
    expect(queue.availableEvent()).toBe(4);
    queue.setUsedEvent(5);
    for (let n = 0; n < 3; n++) queue.add([bytes(1), 1]);
    queue.kick();
    expect(driver.isr()).toBe(1);
    expect(queue.take()).toHaveLength(3);
  });

  it('goes around its 16-bit indices', () => {
    const queue = driver.start(kind, [FEATURE_EVENT_INDEX]).queues[1]!;
    for (let n = 0; n < 70_000; n++) {
      queue.add([bytes(n), 1]);
      queue.kick();
    }
    expect(queue.take()).toHaveLength(70_000 & 0xffff);
    expect(queue.request([bytes(9), 1]).data).toEqual([bytes(9)]);
    expect(driver.log).toEqual([]);
  });

  it('serves nothing before the driver is ready, and then what was put there', () => {
    driver.start(kind);
    driver.setStatus(driver.status() & ~4);
    const queue = driver.queues[1]!;
    queue.add([bytes(1), 1]);
    queue.kick();
    expect(queue.take()).toHaveLength(0);
    driver.setStatus(driver.status() | 4);
    expect(queue.take()).toHaveLength(1);
  });

  it('needs to be bus master, and goes on when it is', () => {
    driver.start(kind);
    driver.configure(4, 3, 2);
    const queue = driver.queues[0]!;
    queue.add([bytes(1), 1]);
    queue.kick();
    expect(queue.take()).toHaveLength(0);
    driver.configure(4, 7, 2);
    expect(queue.take()).toHaveLength(1);
  });

  it('saves and restores in the middle of its work', () => {
    driver.start(kind, [FEATURE_EVENT_INDEX]);
    driver.queues[0]!.request([bytes(1), 1]);
    driver.configure(4, 3, 2);
    driver.queues[0]!.add([bytes(7, 8), 2]);
    const state = structuredClone([driver.pci.save(), driver.device.save()] as const);
    const other = new VirtioDriver(new Copier());
    other.memory.writeBytes(0, driver.memory.bytes);
    other.pci.restore(state[0]);
    other.device.restore(state[1]);
    expect(other.device.save()).toEqual(driver.device.save());
    for (const one of [driver, other]) one.configure(4, 7, 2);
    expect(other.device.save()).toEqual(driver.device.save());
    expect(Buffer.compare(other.memory.bytes, driver.memory.bytes)).toBe(0);
    expect(other.device.save().device.model).toBe(2);
  });
});

it('turns bus mastering on for legacy drivers that forget it', () => {
  driver.configure(4, 3, 2);
  driver.start('legacy');
  expect(driver.configuration(4, 2)).toBe(7);
  expect(driver.queues[0]!.request([bytes(3), 1]).data).toEqual([bytes(3)]);
});

it('tells of changed configuration by interrupt and generation', () => {
  driver.start('modern');
  const before = driver.mmio(0x15, 1);
  model.host.configurationChanged();
  expect(driver.mmio(0x15, 1)).toBe(before + 1);
  expect(driver.isr()).toBe(2);
});

describe('a driver that breaks the rules', () => {
  const RAM = 2 << 20;
  type Spoil = (queue: VirtioDriver['queues'][number]) => void;
  const at = (queue: VirtioDriver['queues'][number], n: number) => queue.descriptors + 16 * n;
  const hostile: [string, Spoil, RegExp][] = [
    [
      'a loop of descriptors',
      (q) => {
        q.describe(at(q, 0), 0x1000, 1, 1, 1);
        q.describe(at(q, 1), 0x1000, 1, 1, 0);
        q.publish(0);
      },
      /has no end/,
    ],
    [
      'a descriptor that is its own next',
      (q) => (q.describe(at(q, 0), 0x1000, 1, 1, 0), q.publish(0)),
      /has no end/,
    ],
    [
      'a next that does not exist',
      (q) => (q.describe(at(q, 0), 0x1000, 1, 1, 8), q.publish(0)),
      /there are 8/,
    ],
    ['a head that does not exist', (q) => void q.publish(9), /descriptor 9 was made available/],
    ['an address behind RAM', (q) => (q.describe(at(q, 0), RAM, 1, 0), q.publish(0)), /not in RAM/],
    [
      'a buffer that ends behind RAM',
      (q) => (q.describe(at(q, 0), RAM - 1, 2, 2), q.publish(0)),
      /not in RAM/,
    ],
    ['a length of 4 GiB', (q) => (q.describe(at(q, 0), 0x1000, 0xffff_ffff, 2), q.publish(0)), /not in RAM/],
    ['no length', (q) => (q.describe(at(q, 0), 0x1000, 0, 2), q.publish(0)), /not in RAM/],
    [
      'an address of 64 bits',
      (q) => {
        q.describe(at(q, 0), 0x1000, 1, 2);
        driver.memory.write(at(q, 0) + 4, 1, 4);
        q.publish(0);
      },
      /not in RAM/,
    ],
    [
      'reads behind writes',
      (q) => {
        q.describe(at(q, 0), 0x1000, 1, 3, 1);
        q.describe(at(q, 1), 0x1000, 1, 0);
        q.publish(0);
      },
      /is to be read/,
    ],
    [
      'more requests than entries',
      (q) => {
        for (let n = 0; n < 9; n++) q.publish(0);
      },
      /9 requests are available/,
    ],
    [
      'chains of absurd length',
      (q) => {
        driver.memory.fill(0x8_0000, 0x8000, 0);
        for (let n = 0; n < 1000; n++) q.describe(0x8_0000 + 16 * n, 0, RAM, n < 999 ? 1 : 0, n + 1);
        q.describe(at(q, 0), 0x8_0000, 16_000, 4);
        q.publish(0);
      },
      /more than 16 MiB/,
    ],
    [
      'an indirect table of half a descriptor',
      (q) => (q.describe(at(q, 0), 0x1000, 24, 4), q.publish(0)),
      /no proper/,
    ],
    [
      'an indirect table behind RAM',
      (q) => (q.describe(at(q, 0), RAM - 8, 16, 4), q.publish(0)),
      /no proper/,
    ],
    [
      'indirect in indirect',
      (q) => {
        q.describe(0x8_0000, 0x8_0010, 16, 4);
        q.describe(at(q, 0), 0x8_0000, 16, 4);
        q.publish(0);
      },
      /no proper/,
    ],
    [
      'rings behind RAM',
      () => {
        driver.setStatus(0);
        driver.start('modern', [FEATURE_INDIRECT]);
        driver.setStatus(11);
        driver.device.restore({
          ...driver.device.save(),
          device: {
            ...driver.device.save().device,
            queues: driver.device.save().device.queues.map((queue) => ({ ...queue, used: RAM - 8 })),
          },
        });
        driver.setStatus(15);
      },
      /rings are not in RAM/,
    ],
  ];

  it.each(hostile)('%s', (_name, spoil, complaint) => {
    driver.start('modern', [FEATURE_INDIRECT]);
    const queue = driver.queues[0]!;
    spoil(queue);
    queue.kick();
    expect(driver.log.join()).toMatch(complaint);
    expect(driver.status() & NEEDS_RESET).toBe(NEEDS_RESET);
    expect(driver.isr() & 2).toBe(2);
    // It stays broken, whatever comes; the bit cannot be written away.
    driver.queues[1]!.add([bytes(1), 1]);
    driver.queues[1]!.kick();
    driver.setStatus(15);
    expect(driver.status()).toBe(15 | NEEDS_RESET);
    expect(model.served).toBe(0);
    // A reset repairs it.
    driver.start('modern');
    expect(driver.queues[0]!.request([bytes(4), 1]).data).toEqual([bytes(4)]);
  });

  it('sees no bit of it by the legacy interface, where there is none', () => {
    driver.start('legacy');
    driver.queues[0]!.publish(99);
    driver.queues[0]!.kick();
    expect(driver.status()).toBe(7);
    expect(driver.log).toHaveLength(1);
    driver.start('legacy');
    expect(driver.queues[0]!.request([bytes(4), 1]).written).toBe(1);
  });

  it('is complained about once for each reason', () => {
    for (let n = 0; n < 50; n++) {
      driver.start('modern');
      driver.queues[0]!.publish(8 + n);
      driver.queues[0]!.kick();
    }
    expect(driver.log).toHaveLength(16);
  });

  it('may not use indirect descriptors without having said so', () => {
    const queue = driver.start('modern', [FEATURE_VERSION_1]).queues[0]!;
    queue.add([bytes(1), 1], { indirect: true });
    queue.kick();
    expect(driver.log.join()).toMatch(/no proper indirect/);
  });
});
