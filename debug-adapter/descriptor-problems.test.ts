/** What is said against descriptor tables and task states. */
import { describe, expect, it } from 'vitest';
import { decodeTable, decodeTss, idtProblems, type TableName, tableProblems } from './descriptor-problems.ts';
import { type Sentence, tell } from '../core/sentences/say.ts';

/** A table of entries, each two dwords. */
const entries = (name: TableName, ...dwords: readonly (readonly [number, number])[]) =>
  decodeTable(new Uint8Array(Uint32Array.from(dwords.flat()).buffer), name);

const NULL = [0, 0] as const;
const CODE = [0x0000_ffff, 0x00cf_9a00] as const;
const DATA = [0x0000_ffff, 0x00cf_9200] as const;
const gate = (selector: number, offset = 0x1000, bits = 0x8e00) =>
  [((selector << 16) | (offset & 0xffff)) >>> 0, ((offset & 0xffff_0000) | bits) >>> 0] as const;

const told = (problems: readonly Sentence[]) => problems.map((one) => tell(one)).join();

describe('tables', () => {
  it('leave out entries of zeros and what their limit cuts off', () => {
    expect(entries('gdt', NULL, CODE, NULL, DATA).map(({ index }) => index)).toEqual([1, 3]);
    expect(decodeTable(new Uint8Array(20).fill(1), 'gdt')).toHaveLength(2);
    expect(tableProblems(0, 0x17)).toEqual([]);
    expect(told(tableProblems(0, 0x10))).toContain('8 n − 1');
    expect(told(tableProblems(0xffff_fff0, 0x17))).toContain('4 GiB');
  });

  it('have no problems where there are none', () => {
    const found = entries('gdt', NULL, CODE, DATA, [0x67, 0x8900], [0, 0x0d00], [0xffff, 0x10cf_9a00]);
    expect(found.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it.each<[string, TableName, readonly [number, number], string]>([
    ['a reserved type', 'gdt', [0, 0x8d00], 'reserved'],
    ['a small task state', 'gdt', [0x66, 0x8900], 'too small'],
    ['an interrupt gate in the GDT', 'gdt', gate(8), 'into the IDT'],
    ['the end of memory', 'gdt', [0xf000_2fff, 0xff40_92ff], 'beyond 4 GiB'],
    ['a 64-bit segment', 'gdt', [0xffff, 0x00af_9a00], 'bit 21'],
    ['a call gate without selector', 'gdt', [0x1234, 0x8c00], 'selector is null'],
    ['a TSS in an LDT', 'ldt', [0x67, 0x8900], 'in the GDT only'],
    ['reserved bits of a gate', 'idt', gate(8, 0, 0x8e20), 'bits 5 to 7'],
  ])('tell what is wrong: %s', (_what, table, dwords, wrong) => {
    expect(told(entries(table, NULL, dwords)[0]!.problems)).toContain(wrong);
  });

  it('tell of something in entry 0 of the GDT', () => {
    expect(told(entries('gdt', CODE)[0]!.problems)).toContain('entry 0');
  });
});

describe('gates of the IDT', () => {
  const gdt = entries('gdt', NULL, CODE, DATA, [0xffff, 0x0040_1a00], [0xfff, 0x40_9a00]);
  it.each([
    [gate(8), ''],
    [gate(8, 0x1000, 0x0e00), ''],
    [gate(0x0c), ''],
    [gate(0x10), 'names no code segment but: data'],
    [gate(0x18), 'is not present'],
    [gate(0x20), 'beyond the limit'],
    [gate(0x80), 'lies outside'],
    [gate(8, 0, 0x8500), 'names no TSS'],
    [CODE, 'it is no gate'],
  ])('must lead to code: %#', (dwords, wrong) => {
    const found = told(idtProblems(entries('idt', dwords)[0]!, gdt));
    if (wrong === '') expect(found).toBe('');
    else expect(found).toContain(wrong);
  });
});

describe('a task state', () => {
  it('has its fields, and says what would fail', () => {
    const bytes = new Uint8Array(104);
    const view = new DataView(bytes.buffer);
    view.setUint32(4, 0xc011_0000, true);
    view.setUint16(8, 0x10, true);
    view.setUint16(102, 104, true);
    expect(decodeTss(bytes, 0x67)).toMatchObject({
      fields: { esp0: 0xc011_0000, ss0: 0x10, iomap: 104 },
      problems: [],
    });
    view.setUint16(8, 0x13, true);
    view.setUint32(4, 0, true);
    view.setUint16(102, 8, true);
    expect(told(decodeTss(bytes, 0x67)!.problems)).toMatch(/ring 0.*esp0 is 0.*I\/O map/);
    expect(decodeTss(new Uint8Array(103), 0x67)).toBeUndefined();
  });
});
