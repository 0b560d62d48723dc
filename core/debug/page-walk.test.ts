/** Page walks level by level, whole address spaces, and the way back from a frame; two and three levels. */
import { describe, expect, it } from 'vitest';
import { PhysicalMemory } from '../memory/physical-memory.ts';
import { type AccessKind, MappingFlag } from '../protocol/debug-protocol.ts';
import { createRandom } from '../testing/random.ts';
import { addressesOf, mappingsOf } from './mappings.ts';
import { type AddressSpace, walkPages } from './page-walk.ts';

const DIRECTORY = 0x1000;
const TABLE = 0x2000;
const read: AccessKind = { kind: 'read', user: false };

function twoLevels(): PhysicalMemory {
  const memory = new PhysicalMemory(8 << 20);
  memory.write(DIRECTORY, TABLE | 7, 4);
  memory.write(TABLE + 4 * 5, 0x7000 | 7, 4);
  memory.write(TABLE + 4 * 6, 0x8000 | 7, 4);
  memory.write(TABLE + 4 * 7, 0x9000 | 5, 4);
  memory.write(TABLE + 4 * 8, 0x7000_0000 | 3, 4);
  memory.write(DIRECTORY + 4, 0x0040_0000 | 0x83, 4);
  memory.write(DIRECTORY + 8, 0x0040_2000 | 0x83, 4);
  memory.write(DIRECTORY + 12, 0x0900_0000 | 3, 4);
  return memory;
}
const space: AddressSpace = { cr3: DIRECTORY | 0x18, pse: true, wp: true };
const walk = (address: number, access: AccessKind = read, of = space) =>
  walkPages(twoLevels(), of, address, access);
const fault = (address: number, access?: AccessKind, of?: AddressSpace) => {
  const found = walk(address, access, of).fault;
  return found && `${found.reason} ${found.level}`;
};

describe('a page walk', () => {
  it('gives every level with its entry', () => {
    expect(walk(0x5123)).toMatchObject({
      paging: '32-bit',
      physical: 0x7123,
      pageSize: 0x1000,
      writable: true,
      user: true,
      fault: undefined,
      levels: [
        { name: 'PDE', index: 0, address: DIRECTORY, low: TABLE | 7 },
        { name: 'PTE', index: 5, address: TABLE + 20, low: 0x7007 },
      ],
    });
    expect(walk(0x0041_2345)).toMatchObject({ physical: 0x0041_2345, pageSize: 0x40_0000 });
    expect(walkPages(twoLevels(), { cr3: undefined, pse: false }, 0x1234)).toMatchObject({
      paging: 'off',
      physical: 0x1234,
      levels: [],
    });
  });

  it.each<[number, AccessKind, string | undefined]>([
    [0x5000, { kind: 'write', user: true }, undefined],
    [0x4000, read, 'not-present 1'],
    [0x7000, { kind: 'write', user: false }, 'read-only 1'],
    [0x7000, { kind: 'read', user: true }, undefined],
    [0x8000, { kind: 'read', user: true }, 'supervisor-only 1'],
    [0x8000, read, 'no-memory 1'],
    [0x0040_0000, { kind: 'read', user: true }, 'supervisor-only 0'],
    [0x0080_0000, read, 'reserved-bit 0'],
    [0x00c0_0000, read, 'no-memory 1'],
    [0x0100_0000, read, 'not-present 0'],
  ])('of %x for %j says %s', (address, access, reason) => {
    expect(fault(address, access)).toBe(reason);
  });

  it('knows that ring 0 may write read-only pages without CR0.WP', () => {
    expect(fault(0x7000, { kind: 'write', user: false }, { ...space, wp: false })).toBeUndefined();
    expect(fault(0x7000, { kind: 'write', user: true }, { ...space, wp: false })).toBe('read-only 1');
  });

  it('has three levels with PAE, and pages that do not execute', () => {
    const memory = new PhysicalMemory(8 << 20);
    memory.write(0x1000 + 8 * 3, 0x2001, 4);
    memory.write(0x2000 + 8, 0x3007, 4);
    memory.write(0x3000 + 8 * 2, 0x5007, 4);
    memory.write(0x3000 + 8 * 2 + 4, 0x8000_0000, 4);
    memory.write(0x2000 + 16, 0x0020_0000 | 0x83, 4);
    const pae: AddressSpace = { cr3: 0x1000, pse: true, pae: true, nxe: true };
    const address = 0xc000_0000 + 0x20_0000 + 0x2000;
    const found = walkPages(memory, pae, address + 5, { kind: 'execute', user: true });
    expect(found).toMatchObject({ paging: 'pae', physical: 0x5005, executable: false });
    expect(found.levels.map(({ name, index }) => [name, index])).toEqual([
      ['PDPTE', 3],
      ['PDE', 1],
      ['PTE', 2],
    ]);
    expect(found.fault).toEqual({ reason: 'no-execute', level: 2 });
    // Without EFER.NXE the bit is reserved.
    expect(walkPages(memory, { ...pae, nxe: false }, address, read).fault).toEqual({
      reason: 'reserved-bit',
      level: 2,
    });
    expect(walkPages(memory, pae, 0xc040_1234)).toMatchObject({ physical: 0x0020_1234, pageSize: 0x20_0000 });
    const { start, last, flags } = mappingsOf(memory, pae);
    expect([...start]).toEqual([address, 0xc040_0000]);
    expect([...last]).toEqual([address + 0xfff, 0xc05f_ffff]);
    expect(flags[0]! & MappingFlag.NoExecute).toBe(MappingFlag.NoExecute);
  });
});

describe('the mappings of a space', () => {
  it('merge what follows each other in both memories', () => {
    const { start, last, physical, flags, truncated } = mappingsOf(twoLevels(), space);
    expect([...start].slice(0, 3)).toEqual([0x5000, 0x7000, 0x8000]);
    expect([...last].slice(0, 2)).toEqual([0x6fff, 0x7fff]);
    expect([...physical].slice(0, 3)).toEqual([0x7000, 0x9000, 0x7000_0000]);
    expect(flags[0]).toBe(MappingFlag.Writable | MappingFlag.User);
    expect(flags[1]).toBe(MappingFlag.User);
    expect(flags[2]! & MappingFlag.Device).toBe(MappingFlag.Device);
    expect(truncated).toBe(false);
  });

  it('are what walks say, for random tables', () => {
    const random = createRandom(4711);
    const memory = new PhysicalMemory(2 << 20);
    for (let n = 0; n < 400; n++)
      memory.write(DIRECTORY + 4 * random(1024), (0x2000 + 0x1000 * random(4)) | random(0x80), 4);
    for (let n = 0; n < 2000; n++)
      memory.write(0x2000 + 4 * random(4096), (random(512) << 12) | random(0x1000), 4);
    const { start, last, physical } = mappingsOf(memory, { cr3: DIRECTORY, pse: false });
    let mapped = 0;
    for (let n = 0; n < 5000; n++) {
      const address = (random(0x10_0000) << 12) >>> 0;
      const range = start.findIndex((from, at) => address >= from && address <= last[at]!);
      const expected = range < 0 ? undefined : physical[range]! + (address - start[range]!);
      expect(walkPages(memory, { cr3: DIRECTORY, pse: false }, address).physical).toBe(expected);
      if (range >= 0) mapped++;
    }
    expect(mapped).toBeGreaterThan(20);
  });

  it('lead back from a frame', () => {
    expect(addressesOf(twoLevels(), space, 0x8123, 9)).toEqual([
      { linear: 0x6123, flags: MappingFlag.Writable | MappingFlag.User },
    ]);
    expect(addressesOf(twoLevels(), space, 0x0040_0010, 9).map(({ linear }) => linear)).toContain(
      0x0040_0010,
    );
  });
});
