/** The network card: both header lengths, mergeable buffers, waiting frames, the link. */
import { describe, expect, it } from 'vitest';
import { VirtioDriver } from '../../testing/virtio-driver.ts';
import { createLoopback, type NetBackend } from './net-backend.ts';
import { VirtioNet } from './virtio-net.ts';

const MAC = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
const STATUS = 16;
const MERGEABLE = 15;

const frame = (length: number, seed = 1) => Uint8Array.from({ length }, (_, n) => n * seed + 3);

function start(backend?: NetBackend) {
  const sent: Uint8Array[] = [];
  const net = new VirtioNet(
    'net0',
    MAC,
    backend ?? {
      attach: () => undefined,
      send: (bytes) => void sent.push(bytes),
      save: () => null,
      restore: () => undefined,
    },
  );
  return { net, driver: new VirtioDriver(net), sent };
}

it('has its address and a link, which may go away', () => {
  const { net, driver } = start();
  driver.start('modern', [STATUS]);
  expect([...driver.deviceConfiguration(8)]).toEqual([...MAC, 1, 0]);
  net.setLink(false);
  net.setLink(false);
  expect([driver.isr(), driver.deviceConfiguration(7)[6]]).toEqual([2, 0]);
  net.deliver(frame(60));
  net.setLink(true);
  driver.queues[0]!.add([2000]);
  driver.queues[0]!.kick();
  expect(driver.queues[0]!.take()).toHaveLength(0);
  driver.start('legacy');
  net.setLink(false);
  expect(driver.isr()).toBe(0);
});

describe.each([
  ['legacy', [], 10],
  ['legacy', [MERGEABLE], 12],
  ['modern', [], 12],
  ['modern', [MERGEABLE], 12],
] as const)('the %s interface with features %j', (kind, features, header) => {
  it('sends what is behind the header', () => {
    const { driver, sent } = start();
    driver.start(kind, features);
    const used = driver.queues[1]!.request([new Uint8Array(header), frame(14), frame(1000, 7)]);
    expect(used.written).toBe(0);
    expect(sent).toEqual([Uint8Array.of(...frame(14), ...frame(1000, 7))]);
    driver.queues[1]!.request([Uint8Array.of(...new Uint8Array(header), ...frame(60))]);
    expect(sent[1]).toEqual(frame(60));
  });

  it('receives into a buffer, header first', () => {
    const { driver, net } = start();
    driver.start(kind, features);
    driver.queues[0]!.add([header, 1514]);
    driver.queues[0]!.kick();
    net.deliver(frame(60));
    const { data, written } = driver.queues[0]!.take()[0]!;
    expect(written).toBe(header + 60);
    expect([...data[0]!]).toEqual([...new Uint8Array(10), ...(header === 12 ? [1, 0] : [])]);
    expect(data[1]!.subarray(0, 60)).toEqual(frame(60));
    expect(driver.isr()).toBe(1);
  });
});

it('spreads a frame over as many buffers as it needs, or waits for them', () => {
  const { driver, net } = start();
  driver.start('modern', [MERGEABLE]);
  const queue = driver.queues[0]!;
  net.deliver(frame(200));
  queue.add([100]);
  queue.add([100]);
  queue.kick();
  expect(queue.take()).toHaveLength(0);
  queue.add([100]);
  queue.kick();
  const used = queue.take();
  expect(used.map(({ written }) => written)).toEqual([100, 100, 12]);
  expect([...used[0]!.data[0]!.subarray(10, 12)]).toEqual([3, 0]);
  expect(
    Uint8Array.of(...used.flatMap(({ data, written }) => [...data[0]!.subarray(0, written)])).subarray(12),
  ).toEqual(frame(200));
});

it('keeps frames until there is room, 256 at most, in their order', () => {
  const { driver, net } = start();
  driver.start('modern');
  for (let n = 0; n < 300; n++) net.deliver(frame(60, n));
  const queue = driver.queues[0]!;
  const found: Uint8Array[] = [];
  for (let n = 0; n < 300; n++) {
    queue.add([100]);
    queue.kick();
    found.push(...queue.take().map(({ data }) => data[0]!.slice(12, 72)));
  }
  expect(found).toEqual(Array.from({ length: 256 }, (_, n) => frame(60, n)));
});

it('loses what is no frame, and what fits into no buffer', () => {
  const { driver, net, sent } = start();
  driver.start('modern');
  const [receive, transmit] = driver.queues as [(typeof driver.queues)[0], (typeof driver.queues)[0]];
  for (const length of [0, 13, 65_551]) net.deliver(new Uint8Array(length));
  transmit.request([new Uint8Array(12), frame(13)]);
  transmit.request([Uint8Array.of(1)]);
  expect(sent).toEqual([]);
  receive.add([100]);
  receive.kick();
  net.deliver(frame(200));
  net.deliver(frame(60));
  expect(receive.take().map(({ written }) => written)).toEqual([72]);
  expect(driver.log.join()).toMatch(/does not fit into a buffer of 100/);
});

it('gets back what it sends through a loopback', () => {
  const { driver } = start(createLoopback());
  driver.start('modern');
  driver.queues[0]!.add([2000]);
  driver.queues[1]!.add([new Uint8Array(12), frame(99)]);
  driver.queues[1]!.kick();
  expect(driver.queues[0]!.take()[0]!.data[0]!.subarray(12, 111)).toEqual(frame(99));
  expect(driver.queues[1]!.take()).toHaveLength(1);
});

it('saves the frames that wait', () => {
  const one = start();
  one.driver.start('modern');
  one.net.deliver(frame(60));
  one.net.setLink(false);
  const two = start();
  two.net.restore(structuredClone(one.net.save()));
  expect(two.net.save()).toEqual({ linkUp: false, waiting: [frame(60)], backend: null });
});
