import { describe, expect, it } from 'vitest';
import { PageFlag } from './layout.ts';
import { MemorySizeError, PhysicalMemory } from './physical-memory.ts';

describe('physical memory', () => {
  it('is little endian and zero at first', () => {
    const memory = new PhysicalMemory(1 << 20);
    memory.write(0x100, 0x8899aabb, 4);
    expect([memory.read(0x100, 4), memory.read(0x101, 2), memory.read(0x103, 1)]).toEqual([
      0x8899aabb, 0x99aa, 0x88,
    ]);
    expect(memory.read(0x104, 4)).toBe(0);
    memory.write(0x101, 0x1ff, 1);
    expect(memory.read(0x100, 4)).toBe(0x8899ffbb);
  });

  it('leaves what is not RAM to the bus, also across the end of RAM', () => {
    const memory = new PhysicalMemory(1 << 20);
    const calls: unknown[] = [];
    memory.mmio = {
      read: (...args) => (calls.push(args), -2),
      write: (...args) => calls.push(args),
    };
    expect(memory.read((1 << 20) - 2, 4)).toBe(0xffff_fffe);
    memory.write(0xfee0_0000, 5, 2);
    expect(calls).toEqual([
      [(1 << 20) - 2, 4],
      [0xfee0_0000, 5, 2],
    ]);
    expect(new PhysicalMemory(1 << 20).read(-4, 2)).toBe(0xffff);
  });

  it('tells of writes to pages with decoded code, piece by piece', () => {
    const memory = new PhysicalMemory(1 << 20);
    const told: [number, number][] = [];
    memory.onCodeWrite = (address, length) => told.push([address, length]);
    memory.pageFlags[1] = PageFlag.Code;
    memory.pageFlags[3] = PageFlag.Code;
    memory.write(0x0fff, 0, 4);
    memory.write(0x2000, 0, 4);
    memory.writeBytes(0x0ff0, new Uint8Array(0x3000));
    memory.fill(0x1800, 4, 9);
    expect(told).toEqual([
      [0x0fff, 4],
      [0x1000, 0x1000],
      [0x3000, 0xff0],
      [0x1800, 4],
    ]);
  });

  it.each([0, 4096, 1.5, NaN, (1 << 20) + 1, 2 ** 31])('cannot have %d bytes', (size) => {
    expect(() => new PhysicalMemory(size)).toThrow(MemorySizeError);
    expect(() => new PhysicalMemory(size)).toThrow(/between 1 MiB and 1024 MiB, but .* were asked for\.$/);
  });

  it('refuses copies that do not fit', () => {
    const memory = new PhysicalMemory(1 << 20);
    expect(() => {
      memory.writeBytes((1 << 20) - 1, new Uint8Array(2));
    }).toThrow(RangeError);
    expect(() => {
      memory.fill(-1, 1, 0);
    }).toThrow(RangeError);
  });
});
