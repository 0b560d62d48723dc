/** The 9P transport: the tag, and messages to a server that answers at once or later. */
import { expect, it } from 'vitest';
import { VirtioDriver } from '../../testing/virtio-driver.ts';
import { Virtio9p } from './virtio-9p.ts';

const VERSION = Uint8Array.of(19, 0, 0, 0, 100, 0xff, 0xff, 0, 0x20, 0, 0, 6, 0, 57, 80, 50, 48, 48, 48);

function start(answer?: (message: Uint8Array, room: number) => Uint8Array) {
  const asked: number[] = [];
  const share = new Virtio9p('share0', 'host', {
    request: (id, message, room) => (asked.push(id), answer?.(message, room)),
    save: () => null,
    restore: () => undefined,
  });
  return { share, asked, driver: new VirtioDriver(share).start('modern', [0]) };
}

it('has a mount tag', () => {
  expect([...start().driver.deviceConfiguration(6)]).toEqual([4, 0, 104, 111, 115, 116]);
});

it('carries a message and its answer', () => {
  const { driver } = start((message, room) => Uint8Array.of(message.length, room, 101));
  const used = driver.queues[0]!.request([VERSION.subarray(0, 7), VERSION.subarray(7), 2, 10]);
  expect(used.written).toBe(3);
  expect(used.data.map((data) => [...data])).toEqual([
    [19, 12],
    [101, ...new Uint8Array(9)],
  ]);
});

it('waits for a server outside, and forgets at a reset', () => {
  const { driver, share, asked } = start();
  driver.queues[0]!.add([VERSION, 64]);
  driver.queues[0]!.add([VERSION, 8]);
  driver.queues[0]!.kick();
  expect(share.outstanding).toBe(2);
  share.complete(asked[1]!, new Uint8Array(100).fill(5));
  share.complete(99, VERSION);
  expect(driver.queues[0]!.take().map(({ written }) => written)).toEqual([8]);
  expect(share.save().pending).toHaveLength(1);
  driver.start('modern');
  share.complete(asked[0]!, VERSION);
  expect([share.outstanding, driver.isr()]).toEqual([0, 0]);
});

it('breaks on what can be no message', () => {
  const { driver } = start();
  driver.queues[0]!.add([Uint8Array.of(1), 64]);
  driver.queues[0]!.kick();
  expect(driver.log.join()).toMatch(/share0: a message has 1 bytes/);
});
