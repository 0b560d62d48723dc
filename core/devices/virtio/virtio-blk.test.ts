/** The block device over a disk in memory and over one that answers later. */
import { describe, expect, it } from 'vitest';
import { type Interface, VirtioDriver } from '../../testing/virtio-driver.ts';
import { type BlockBackend, type BlockOperation, MemoryDisk, SECTOR } from './block-backend.ts';
import { VirtioBlk } from './virtio-blk.ts';

const SECTORS = 64;
const IN = 0;
const OUT = 1;
const FLUSH = 4;
const GET_ID = 8;
const DISCARD = 11;
const WRITE_ZEROES = 13;
const OK = 0;
const ERROR = 1;
const UNSUPPORTED = 2;

/** Each sector is filled with its number. */
const image = () => Uint8Array.from({ length: SECTORS * SECTOR }, (_, at) => Math.floor(at / SECTOR));

function header(type: number, sector = 0, high = 0): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(8, sector, true);
  view.setUint32(12, high, true);
  return bytes;
}
function range(sector: number, count: number, flags = 0): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, sector, true);
  view.setUint32(8, count, true);
  view.setUint32(12, flags, true);
  return bytes;
}

function start(readOnly = false, kind: Interface = 'modern') {
  const disk = new MemoryDisk(image(), readOnly);
  const driver = new VirtioDriver(new VirtioBlk({ name: 'disk0', serial: 'serial-0001' }, disk));
  driver.start(kind, []);
  const queue = driver.queues[0]!;
  return {
    disk,
    driver,
    queue,
    /** Status of a request that reads nothing back. */
    status: (...parts: Uint8Array[]) => queue.request([...parts, 1]).data[0]![0],
    read(sector: number, count: number) {
      const { data, written } = queue.request([header(IN, sector), count * SECTOR, 1]);
      expect([data[1]![0], written]).toEqual([OK, count * SECTOR + 1]);
      return data[0]!;
    },
  };
}

describe.each<Interface>(['legacy', 'modern'])('a disk in memory by the %s interface', (kind) => {
  it('says how big it is', () => {
    const { driver } = start(false, kind);
    const view = new DataView(driver.deviceConfiguration(60).buffer);
    expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([SECTORS, 0]);
    expect([view.getUint32(12, true), view.getUint32(20, true)]).toEqual([254, 512]);
  });

  it('reads and writes any cut of buffers', () => {
    const { read, queue, disk } = start(false, kind);
    expect([...new Set(read(5, 2))]).toEqual([5, 6]);
    const data = Uint8Array.from({ length: 2 * SECTOR }, (_, n) => n * 7);
    const written = queue.request([
      header(OUT, 5).subarray(0, 9),
      header(OUT, 5).subarray(9),
      data.subarray(0, 700),
      data.subarray(700),
      1,
    ]);
    expect([written.data[0]![0], written.written]).toEqual([OK, 1]);
    expect(read(5, 2)).toEqual(data);
    expect(disk.read(4, 4)).toEqual(
      Uint8Array.of(...Array<number>(512).fill(4), ...data, ...Array<number>(512).fill(7)),
    );
    // Data and status in one buffer.
    const one = queue.request([header(IN, 7), SECTOR + 1]).data[0]!;
    expect([one[0], one[511], one[512]]).toEqual([7, 7, OK]);
  });
});

describe('requests', () => {
  it('end with an error beyond the end of the disk and for parts of sectors', () => {
    const { status, queue } = start();
    const read = (sector: number, length: number, high = 0) =>
      queue.request([header(IN, sector, high), length, 1]).data[1]![0];
    expect([read(63, 512), read(63, 1024), read(64, 512), read(0, 511), read(0, 512, 1)]).toEqual([
      OK,
      ERROR,
      ERROR,
      ERROR,
      ERROR,
    ]);
    expect([read(0xffff_ffff, 512, 0xffff_ffff)]).toEqual([ERROR]);
    expect(status(header(OUT, 64), new Uint8Array(512))).toBe(ERROR);
    expect(status(header(OUT, 0), new Uint8Array(100))).toBe(ERROR);
  });

  it('flush, and name the disk', () => {
    const { status, queue } = start();
    expect(status(header(FLUSH))).toBe(OK);
    const id = queue.request([header(GET_ID), 20, 1]).data[0]!;
    expect(new TextDecoder().decode(id)).toBe('serial-0001'.padEnd(20, '\0'));
    const short = queue.request([header(GET_ID), 4, 1]);
    expect(new TextDecoder().decode(short.data[0])).toBe('seri');
  });

  it('zero and discard one range', () => {
    const { status, read } = start();
    expect(status(header(WRITE_ZEROES), range(3, 20, 1))).toBe(OK);
    expect(status(header(DISCARD), range(30, 1))).toBe(OK);
    const found = Array.from({ length: SECTORS }, (_, n) => read(n, 1)[511]);
    expect(found).toEqual(
      Array.from({ length: SECTORS }, (_, n) => ((n >= 3 && n < 23) || n === 30 ? 0 : n)),
    );
    expect(status(header(WRITE_ZEROES), range(63, 2))).toBe(ERROR);
    expect(status(header(WRITE_ZEROES), range(0, 0xffff_ffff))).toBe(ERROR);
    expect(status(header(WRITE_ZEROES), range(0, 1, 2))).toBe(UNSUPPORTED);
    expect(status(header(DISCARD), range(0, 1, 1))).toBe(UNSUPPORTED);
    expect(status(header(DISCARD), range(0, 1), range(1, 1))).toBe(UNSUPPORTED);
  });

  it('of unknown types are unsupported', () => {
    const { status } = start();
    expect([status(header(99)), status(header(0xffff_ffff))]).toEqual([UNSUPPORTED, UNSUPPORTED]);
  });

  it.each([
    ['no header', [Uint8Array.of(1, 2, 3), 1]],
    ['no room for the status', [header(FLUSH)]],
  ] as const)('with %s break the device', (_name, parts) => {
    const { driver, queue } = start();
    queue.add(parts);
    queue.kick();
    expect(driver.status() & 0x40).toBe(0x40);
    expect(driver.log.join()).toMatch(/disk0: a request has/);
  });
});

it('a read-only disk says so and refuses every change', () => {
  const { driver, status, read } = start(true);
  expect(driver.offered()).toContain(5);
  expect(driver.offered()).not.toContain(13);
  expect(status(header(OUT, 1), new Uint8Array(512))).toBe(ERROR);
  expect(status(header(WRITE_ZEROES), range(1, 1))).toBe(ERROR);
  expect(read(1, 1)[0]).toBe(1);
});

describe('the overlay', () => {
  it('takes the writes, and leaves the image as it was', () => {
    const bytes = image();
    const disk = new MemoryDisk(bytes, false);
    disk.submit(1, { kind: 'write', sector: 7, data: new Uint8Array(3 * SECTOR).fill(0xee) });
    disk.submit(2, { kind: 'zero', sector: 16, count: 8 });
    disk.submit(3, { kind: 'write', sector: 17, data: new Uint8Array(SECTOR).fill(0xdd) });
    expect(Buffer.compare(bytes, image())).toBe(0);
    expect([6, 7, 9, 10, 16, 17, 18].map((sector) => disk.read(sector, 1)[0])).toEqual([
      6, 0xee, 0xee, 10, 0, 0xdd, 0,
    ]);
  });

  it('is what is saved', () => {
    const disk = new MemoryDisk(image(), false);
    disk.submit(1, { kind: 'write', sector: 40, data: new Uint8Array(SECTOR).fill(1) });
    disk.submit(1, { kind: 'write', sector: 3, data: new Uint8Array(SECTOR).fill(2) });
    const state = structuredClone(disk.save());
    expect(state.map(([cluster]) => cluster)).toEqual([0, 5]);
    disk.submit(1, { kind: 'write', sector: 3, data: new Uint8Array(SECTOR).fill(9) });
    const other = new MemoryDisk(image(), false);
    other.submit(1, { kind: 'zero', sector: 50, count: 1 });
    other.restore(state);
    expect([3, 40, 50, 4].map((sector) => other.read(sector, 1)[0])).toEqual([2, 1, 50, 4]);
  });

  it('needs whole sectors', () => {
    expect(() => new MemoryDisk(new Uint8Array(513), false)).toThrow(/no whole number/);
  });
});

describe('a disk that answers later', () => {
  function later() {
    const asked: [number, BlockOperation][] = [];
    const backend: BlockBackend = {
      sectors: 2 ** 33,
      readOnly: false,
      submit: (id, operation) => (asked.push([id, operation]), undefined),
      save: () => null,
      restore: () => undefined,
    };
    const blk = new VirtioBlk({ name: 'disk0', serial: '' }, backend);
    const driver = new VirtioDriver(blk).start('modern');
    return { asked, blk, driver, queue: driver.queues[0]! };
  }

  it('finishes requests in the order of the answers, and interrupts for each', () => {
    const { asked, blk, driver, queue } = later();
    const first = queue.add([header(IN, 5, 1), SECTOR, 1]);
    const second = queue.add([header(OUT, 6), new Uint8Array(SECTOR).fill(9), 1]);
    queue.kick();
    expect(asked.map(([, operation]) => operation)).toEqual([
      { kind: 'read', sector: 0x1_0000_0005, count: 1 },
      { kind: 'write', sector: 6, data: new Uint8Array(SECTOR).fill(9) },
    ]);
    expect([queue.take().length, driver.isr(), blk.outstanding]).toEqual([0, 0, 2]);
    blk.complete(asked[1]![0], { ok: false });
    expect([queue.take(), driver.isr()]).toEqual([
      [{ head: second, written: 1, data: [Uint8Array.of(ERROR)] }],
      1,
    ]);
    blk.complete(asked[0]![0], { ok: true, data: new Uint8Array(2000).fill(8) });
    const { head, data } = queue.take()[0]!;
    expect([head, data[0]![511], data[1]![0], driver.isr(), blk.outstanding]).toEqual([first, 8, OK, 1, 0]);
  });

  it('leaves requests in the ring while too many bytes are under way', () => {
    const { asked, blk, queue } = later();
    const MIB = 1 << 20;
    const count = 70;
    const room = queue.allocate(16 + 1);
    for (let n = 0; n < count; n++) {
      // The same MiB of RAM again and again.
      queue.describe(queue.descriptors + 48 * n, room, 16, 1, 3 * n + 1);
      queue.describe(queue.descriptors + 48 * n + 16, 0x10_0000, MIB, 3, 3 * n + 2);
      queue.describe(queue.descriptors + 48 * n + 32, room + 16, 1, 2);
      queue.publish(3 * n);
    }
    queue.kick();
    expect([asked.length, blk.outstanding]).toEqual([64, 64]);
    blk.complete(asked[0]![0], { ok: false });
    blk.complete(asked[1]![0], { ok: false });
    expect([asked.length, blk.outstanding]).toEqual([66, 64]);
    for (let n = 2; n < count; n++) blk.complete(asked[n]![0], { ok: false });
    expect([asked.length, blk.outstanding]).toEqual([count, 0]);
  });

  it('ignores answers to what was given up or never asked', () => {
    const { asked, blk, driver, queue } = later();
    queue.add([header(IN, 1), SECTOR, 1]);
    queue.kick();
    driver.start('modern');
    const before = driver.memory.bytes.slice();
    blk.complete(asked[0]![0], { ok: true, data: new Uint8Array(SECTOR).fill(8) });
    blk.complete(77, { ok: true });
    expect(Buffer.compare(before, driver.memory.bytes)).toBe(0);
    expect(blk.outstanding).toBe(0);
    driver.queues[0]!.add([header(IN, 1), SECTOR, 1]);
    driver.queues[0]!.kick();
    expect(asked[1]![0]).not.toBe(asked[0]![0]);
  });

  it('saves the requests that it waits for', () => {
    const one = later();
    one.queue.add([header(IN, 1), SECTOR, 1]);
    one.queue.kick();
    const two = later();
    two.driver.memory.writeBytes(0, one.driver.memory.bytes);
    two.driver.device.restore(structuredClone(one.driver.device.save()));
    two.blk.complete(one.asked[0]![0], { ok: true, data: new Uint8Array(SECTOR).fill(3) });
    one.blk.complete(one.asked[0]![0], { ok: true, data: new Uint8Array(SECTOR).fill(3) });
    expect(Buffer.compare(one.driver.memory.bytes, two.driver.memory.bytes)).toBe(0);
    expect(one.queue.take()).toHaveLength(1);
  });
});
