/** The console: one port for simple drivers, many with their control messages for others. */
import { describe, expect, it } from 'vitest';
import { VirtioDriver } from '../../testing/virtio-driver.ts';
import { VirtioConsole } from './virtio-console.ts';

const MULTIPORT = 1;
const PORTS = [
  { name: 'tty', terminal: true },
  { name: 'org.test', terminal: false },
  { name: '', terminal: false },
];
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const utf8 = (value: string) => new TextEncoder().encode(value);

function start(features: number[] = []) {
  const output: string[] = [];
  const model = new VirtioConsole(PORTS, (port, bytes) => output.push(`${port}:${text(bytes)}`));
  const driver = new VirtioDriver(model).start('modern', features);
  const queue = (n: number) => driver.queues[n]!;
  const control = (port: number, event: number, value: number) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setUint32(0, port, true);
    bytes[4] = event;
    bytes[6] = value;
    queue(3).request([bytes]);
  };
  /** Control messages that have come: port, event, value and text. */
  const messages = () =>
    queue(2)
      .take()
      .map(({ data: [bytes], written }) => {
        const view = new DataView(bytes!.buffer);
        const more = text(bytes!.subarray(8, written));
        return [view.getUint32(0, true), view.getUint16(4, true), view.getUint16(6, true), more];
      });
  const give = (n: number, count: number, size = 64) => {
    for (let i = 0; i < count; i++) queue(n).add([size]);
    queue(n).kick();
  };
  return { model, driver, output, queue, control, messages, give };
}

describe('without multiport', () => {
  it('has one port, which is always open', () => {
    const { model, driver, output, queue, give } = start();
    queue(1).request([utf8('hello '), utf8('world')]);
    expect(output).toEqual(['0:hello world']);
    model.receive(0, utf8('abcdef'));
    give(0, 1, 4);
    give(0, 1, 4);
    expect(
      queue(0)
        .take()
        .map(({ data, written }) => text(data[0]!.subarray(0, written))),
    ).toEqual(['abcd', 'ef']);
    expect(driver.isr()).toBe(1);
  });

  it('tells its size by the configuration', () => {
    const { model, driver } = start([0]);
    expect([...driver.deviceConfiguration(8)]).toEqual([80, 0, 25, 0, 3, 0, 0, 0]);
    model.resize(300, 50);
    expect(driver.isr()).toBe(2);
    expect([...driver.deviceConfiguration(4)]).toEqual([44, 1, 50, 0]);
  });

  it('writes in an emergency before there are queues', () => {
    const { driver, output } = start();
    driver.setStatus(0);
    driver.setMmio(0x2008, 0x21, 4);
    expect(output).toEqual(['0:!']);
  });
});

describe('with multiport', () => {
  it('introduces its ports', () => {
    const { control, messages, give } = start([MULTIPORT]);
    give(2, 40);
    control(0, 0, 1);
    expect(messages()).toEqual([
      [0, 1, 1, ''],
      [1, 1, 1, ''],
      [2, 1, 1, ''],
    ]);
    for (const port of [0, 1, 2, 3]) control(port, 3, 1);
    expect(messages()).toEqual([
      [0, 4, 1, ''],
      [0, 5, 0, 'P\0\x19\0'],
      [0, 7, 1, 'tty'],
      [0, 6, 1, ''],
      [1, 7, 1, 'org.test'],
      [1, 6, 1, ''],
      [2, 6, 1, ''],
    ]);
  });

  it('feeds a port once the guest has opened it', () => {
    const { model, control, output, queue, give } = start([MULTIPORT]);
    model.receive(1, utf8('early'));
    model.receive(9, utf8('nowhere'));
    give(4, 2);
    expect(queue(4).take()).toHaveLength(0);
    control(1, 6, 1);
    expect(
      queue(4)
        .take()
        .map(({ data, written }) => text(data[0]!.subarray(0, written))),
    ).toEqual(['early']);
    control(1, 6, 0);
    model.receive(1, utf8('late'));
    expect(queue(4).take()).toHaveLength(0);
    queue(5).request([utf8('one')]);
    queue(7).request([utf8('two')]);
    expect(output).toEqual(['1:one', '2:two']);
  });

  it('keeps control messages until there is room for them, and ignores what it does not know', () => {
    const { driver, model, control, messages, give, queue } = start([MULTIPORT]);
    control(0, 0, 1);
    model.resize(100, 40);
    give(2, 2);
    expect(messages()).toHaveLength(2);
    give(2, 2);
    expect(messages()).toEqual([
      [2, 1, 1, ''],
      [0, 5, 0, 'd\0(\0'],
    ]);
    control(0xffff_ffff, 6, 1);
    control(0, 99, 1);
    queue(3).request([Uint8Array.of(1, 2, 3)]);
    for (let n = 0; n < 1000; n++) control(0, 0, 1);
    expect(driver.log).toEqual(['console: control event 99 for port 0 is unknown']);
    expect(model.save().control.length).toBeLessThanOrEqual(256);
  });

  it('saves and restores input, control messages and what is open', () => {
    const { model, control } = start([MULTIPORT]);
    control(1, 6, 1);
    control(0, 0, 1);
    model.receive(2, utf8('wait'));
    const state = structuredClone(model.save());
    const other = new VirtioConsole(PORTS, () => undefined);
    other.restore(state);
    expect(other.save()).toEqual(state);
    expect(state.ports.map(({ guestOpen }) => guestOpen)).toEqual([false, true, false]);
  });
});

it('needs 1 to 32 ports', () => {
  expect(() => new VirtioConsole([], () => undefined)).toThrow(RangeError);
});
