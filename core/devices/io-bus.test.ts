import { describe, expect, it } from 'vitest';
import { createTestBus } from '../testing/test-bus.ts';
import type { AccessSize } from './device.ts';

function recorder(value: number) {
  const seen: string[] = [];
  return {
    seen,
    handler: {
      read: (port: number, size: AccessSize) => {
        seen.push(`r${size} ${port.toString(16)}`);
        return value;
      },
      write: (port: number, written: number, size: AccessSize) => {
        seen.push(`w${size} ${port.toString(16)} ${written.toString(16)}`);
      },
    },
  };
}

describe('IoBus', () => {
  it('splits a wide access to a byte device, low byte first', () => {
    const { bus } = createTestBus();
    const device = recorder(0x1a5);
    bus.register({ name: 'd', first: 0x100, count: 4, sizes: [1], handler: device.handler });
    bus.write(0x100, 0x44332211, 4);
    expect(bus.read(0x100, 4)).toBe(0xa5a5a5a5);
    expect(device.seen).toEqual([
      'w1 100 11',
      'w1 101 22',
      'w1 102 33',
      'w1 103 44',
      'r1 100',
      'r1 101',
      'r1 102',
      'r1 103',
    ]);
  });

  it('passes the sizes that the device takes, as unsigned numbers', () => {
    const { bus } = createTestBus();
    const device = recorder(-1);
    bus.register({ name: 'd', first: 0x100, count: 4, sizes: [1, 2, 4], handler: device.handler });
    bus.write(0x100, -2, 4);
    bus.write(0x102, 0x12345, 2);
    expect(bus.read(0x100, 4)).toBe(0xffffffff);
    expect(bus.read(0x100, 2)).toBe(0xffff);
    expect(device.seen).toEqual(['w4 100 fffffffe', 'w2 102 2345', 'r4 100', 'r2 100']);
  });

  it('splits an access that leaves the range of its device', () => {
    const { bus, complaints } = createTestBus();
    const device = recorder(0x12);
    bus.register({ name: 'd', first: 0x100, count: 2, sizes: [1, 2, 4], handler: device.handler });
    expect(bus.read(0x101, 2)).toBe(0xff12);
    expect(device.seen).toEqual(['r1 101']);
    expect(complaints).toEqual(['port 0x102 read 1']);
  });

  it('reads ones from nobody, and says so once for each port and direction', () => {
    const { bus, complaints } = createTestBus();
    for (let i = 0; i < 3; i++) {
      expect(bus.read(0x1234, 1)).toBe(0xff);
      expect(bus.read(0x1236, 2)).toBe(0xffff);
      expect(bus.read(0x1238, 4)).toBe(0xffffffff);
      bus.write(0x1234, 1, 4);
    }
    expect(complaints).toEqual([
      'port 0x1234 read 1',
      'port 0x1236 read 2',
      'port 0x1238 read 4',
      'port 0x1234 write 4',
    ]);
  });

  it('refuses a taken port and a range outside the space', () => {
    const { bus } = createTestBus();
    const { handler } = recorder(0);
    bus.register({ name: 'first', first: 0x60, count: 1, sizes: [1], handler });
    const claim = (first: number, count: number) => () => {
      bus.register({ name: 'other', first, count, sizes: [1], handler });
    };
    expect(claim(0x5f, 2)).toThrow('other asks for port 0x60, which belongs to first.');
    expect(claim(0xffff, 2)).toThrow(RangeError);
    expect(claim(0x70, 0)).toThrow(RangeError);
  });
});
