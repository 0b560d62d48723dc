/** The entropy device: bytes that are a function of the seed. */
import { expect, it } from 'vitest';
import { VirtioDriver } from '../../testing/virtio-driver.ts';
import { SeededBytes } from './seeded-bytes.ts';
import { VirtioRng } from './virtio-rng.ts';

const start = (seed: number) => {
  const driver = new VirtioDriver(new VirtioRng(seed)).start('modern');
  return { driver, take: (length: number) => driver.queues[0]!.request([length]) };
};

it('fills what it is given, the same for the same seed and another for another', () => {
  const one = start(1);
  const { data, written } = one.take(50);
  expect(written).toBe(50);
  expect(start(1).take(50).data[0]).toEqual(data[0]);
  expect(start(2).take(50).data[0]).not.toEqual(data[0]);
  expect(one.take(50).data[0]).not.toEqual(data[0]);
  expect(one.driver.queues[0]!.request([Uint8Array.of(1)]).written).toBe(0);
});

it('gives at most 64 KiB for a request', () => {
  const { driver } = start(1);
  const queue = driver.queues[0]!;
  queue.describe(queue.descriptors, 0x10_0000, 0x8_0000, 2);
  queue.publish(0);
  queue.kick();
  expect(driver.memory.read(queue.used + 8, 4)).toBe(0x1_0000);
});

it('goes on where it was saved', () => {
  const one = start(7);
  one.take(33);
  const two = start(0);
  two.driver.device.restore({
    ...two.driver.device.save(),
    device: { ...two.driver.device.save().device, model: one.driver.device.save().device.model },
  });
  expect(two.take(16).data).toEqual(one.take(16).data);
});

it('looks random: every byte value comes about as often', () => {
  const counts = new Array<number>(256).fill(0);
  for (const byte of new SeededBytes(0).take(256 * 1000)) counts[byte]!++;
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1150);
});
