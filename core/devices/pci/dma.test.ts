/** How devices reach RAM: bounds, byte order, decoded code and read-only pages. */
import { expect, it } from 'vitest';
import { PageFlag } from '../../memory/layout.ts';
import { PhysicalMemory } from '../../memory/physical-memory.ts';
import { Dma } from './dma.ts';

const SIZE = 1 << 20;

it('knows what is RAM, whatever the address', () => {
  const dma = new Dma(new PhysicalMemory(SIZE));
  expect(dma.holds(0, SIZE)).toBe(true);
  expect(dma.holds(SIZE - 1, 1)).toBe(true);
  for (const [address, length] of [
    [SIZE, 1],
    [SIZE - 1, 2],
    [0xffff_ffff, 1],
    [2 ** 63, 16],
    [-1, 1],
  ] as const)
    expect(dma.holds(address, length)).toBe(false);
});

it('is little endian and takes any alignment', () => {
  const memory = new PhysicalMemory(SIZE);
  const dma = new Dma(memory);
  dma.write32(0x1001, 0x8899_aabb);
  dma.write16(0x1005, 0x1_ccdd);
  expect([...memory.bytes.subarray(0x1000, 0x1008)]).toEqual([0, 0xbb, 0xaa, 0x99, 0x88, 0xdd, 0xcc, 0]);
  expect([dma.read16(0x1001), dma.read32(0x1001), dma.read64(0x1001)]).toEqual([
    0xaabb,
    0x8899_aabb,
    0xccdd * 2 ** 32 + 0x8899_aabb,
  ]);
  const into = new Uint8Array(3);
  dma.read(0x1004, into);
  expect([...into]).toEqual([0x88, 0xdd, 0xcc]);
});

it('tells of code that it overwrites and leaves ROM as it is', () => {
  const memory = new PhysicalMemory(SIZE);
  const dma = new Dma(memory);
  const told: number[][] = [];
  memory.onCodeWrite = (...range) => told.push(range);
  memory.pageFlags[2] = PageFlag.Code;
  memory.pageFlags[3] = PageFlag.Rom;
  dma.write(0x1ffe, new Uint8Array(0x3000).fill(7));
  expect(told).toEqual([[0x2000, 0x1000]]);
  expect(
    [0x1ffd, 0x1ffe, 0x2fff, 0x3000, 0x3fff, 0x4000, 0x4ffd, 0x4ffe].map((at) => memory.bytes[at]),
  ).toEqual([0, 7, 7, 0, 0, 7, 7, 0]);
});
