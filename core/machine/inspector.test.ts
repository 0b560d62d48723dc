/** The debugger's view of memory: the walk of page tables, holes, writes, and that nothing is changed by looking. */
import { describe, expect, it } from 'vitest';
import type { Cpu } from '../cpu/cpu.ts';
import { PhysicalMemory } from '../memory/physical-memory.ts';
import { PHYSICAL } from '../debug/page-walk.ts';
import { createInspector } from './inspector.ts';

const DIRECTORY = 0x1000;
const TABLE = 0x2000;

function start() {
  const memory = new PhysicalMemory(4 << 20);
  const cpu = { views: { state: new Int32Array(256) } } as unknown as Cpu;
  memory.write(DIRECTORY, TABLE | 1, 4);
  memory.write(TABLE + 4 * 5, 0x7000 | 1, 4);
  memory.write(TABLE + 4 * 6, 0x3000 | 1, 4);
  memory.write(TABLE + 4 * 8, 0x4000_0000 | 1, 4);
  memory.write(DIRECTORY + 4, 0x0040_0000 | 0x81, 4);
  memory.write(DIRECTORY + 8, 0x0000_0000 | 0x81, 4);
  return { memory, inspector: createInspector(memory, cpu) };
}
const space = { cr3: DIRECTORY | 0x18, pse: true };

describe('the inspector', () => {
  it('walks page tables of both sizes', () => {
    const { inspector } = start();
    expect(inspector.translate(space, 0x5123)).toBe(0x7123);
    expect(inspector.translate(space, 0x4123)).toBeUndefined();
    expect(inspector.translate(space, 0x0040_1234)).toBe(0x0040_1234);
    expect(inspector.translate(space, 0x0080_0042)).toBe(0x42);
    expect(inspector.translate({ ...space, pse: false }, 0x0080_0042)).toBeUndefined();
    expect(inspector.translate(space, 0xffff_ffff)).toBeUndefined();
    expect(inspector.translate(PHYSICAL, 0x1234)).toBe(0x1234);
  });

  it('reads over pages that are not neighbours, and ends at a hole and at the end of RAM', () => {
    const { memory, inspector } = start();
    memory.writeBytes(0x7ffe, Uint8Array.of(1, 2));
    memory.writeBytes(0x3000, Uint8Array.of(3, 4));
    expect([...inspector.read(space, 0x5ffe, 4)]).toEqual([1, 2, 3, 4]);
    expect(inspector.read(space, 0x6ff0, 64)).toHaveLength(16);
    expect(inspector.read(space, 0x8000, 4)).toHaveLength(0);
    expect(inspector.read(space, 0x0040_0000, 4)).toHaveLength(0);
    expect(inspector.read(PHYSICAL, (4 << 20) - 4, 64)).toHaveLength(4);
    expect(inspector.read(space, 0x5000, 0)).toHaveLength(0);
  });

  it('writes as far as memory is mapped and tells the code cache', () => {
    const { memory, inspector } = start();
    const told: number[] = [];
    memory.onCodeWrite = (address, length) => told.push(address, length);
    memory.pageFlags[3] = 1;
    expect(inspector.write(space, 0x6ffc, Uint8Array.of(1, 2, 3, 4, 5, 6))).toBe(4);
    expect([...memory.bytes.subarray(0x3ffc, 0x4000)]).toEqual([1, 2, 3, 4]);
    expect(told).toEqual([0x3ffc, 4]);
    expect(inspector.write(space, 0x7000, Uint8Array.of(1))).toBe(0);
  });

  it('changes no accessed or dirty bit', () => {
    const { memory, inspector } = start();
    const before = memory.bytes.slice(DIRECTORY, TABLE + 0x1000);
    inspector.read(space, 0x5000, 0x2000);
    inspector.translate(space, 0x0080_0000);
    expect(memory.bytes.slice(DIRECTORY, TABLE + 0x1000)).toEqual(before);
  });
});
