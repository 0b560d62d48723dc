/** Descriptors by the figures of the manual, and what is said against wrong ones. */
import { describe, expect, it } from 'vitest';
import { decodeDescriptor, decodeTable, decodeTss, gateProblems, tableProblems } from './descriptors.ts';

const gdt = (low: number, high: number, index = 1) => decodeDescriptor(low, high, index, 'gdt');
const idt = (low: number, high: number) => decodeDescriptor(low, high, 3, 'idt');
const FLAT_CODE = [0x0000_ffff, 0x00cf_9a00] as const;
const FLAT_DATA = [0x0000_ffff, 0x00cf_9200] as const;

describe('segments', () => {
  it('have base, limit in bytes, ring and attributes', () => {
    expect(gdt(...FLAT_CODE)).toMatchObject({
      kind: 'code',
      base: 0,
      limit: 0xffff_ffff,
      dpl: 0,
      present: true,
      attributes: ['32-bit', 'execute-read'],
      problems: [],
    });
    // Base 12345678h, limit 9abcdh in bytes, ring 3, expand-down, accessed.
    expect(gdt(0x5678_abcd, 0x1249_f734 | 0)).toMatchObject({
      kind: 'data',
      base: 0x1234_5678,
      limit: 0x9_abcd,
      dpl: 3,
      attributes: ['32-bit', 'read-write', 'expand-down', 'accessed'],
    });
    expect(gdt(0xffff, 0x009e_0000 | 0x9f00)).toMatchObject({
      attributes: ['16-bit', 'execute-read', 'conforming', 'accessed'],
    });
  });

  it('of zeros are empty, and others that are not present are nobody’s business', () => {
    expect(gdt(0, 0, 0)).toMatchObject({ kind: 'none', problems: [], attributes: [] });
    expect(gdt(0x1234, 0x0000_0d00)).toMatchObject({ present: false, problems: [] });
  });

  it.each([
    ['a reserved type', gdt(0, 0x0000_8d00), 'reserved'],
    ['a small task state', gdt(0x66, 0x0000_8900), 'too small'],
    ['something in entry 0', gdt(...FLAT_CODE, 0), 'entry 0'],
    ['an interrupt gate', gdt(0x8_0000, 0xc010_8e00 | 0), 'into the IDT'],
    ['a wrap around', gdt(0x0000_ffff, 0x10cf_9a00 | 0), undefined],
    ['the end of memory', gdt(0xf000_2fff, 0xff40_92ff | 0), 'beyond 4 GiB'],
    ['a 64-bit segment', gdt(0xffff, 0x00af_9a00), 'bit 21'],
    ['a TSS in an LDT', decodeDescriptor(0x67, 0x8900, 1, 'ldt'), 'belongs into the GDT'],
    ['code in an IDT', idt(...FLAT_CODE), 'no gate'],
    ['a gate without selector', idt(0x1234, 0xc010_8e00 | 0), 'selector is null'],
    ['reserved bits of a gate', idt(0x8_1234, 0xc010_8e20 | 0), 'bits 5 to 7'],
  ])('tell what is wrong: %s', (_what, { problems }, told) => {
    if (told === undefined) expect(problems).toEqual([]);
    else expect(problems.join()).toContain(told);
  });
});

describe('gates', () => {
  it('have a selector and an offset of two halves', () => {
    expect(idt(0x0008_1234, 0xc010_ee00 | 0)).toMatchObject({
      kind: 'interrupt-gate',
      selector: 8,
      offset: 0xc010_1234,
      dpl: 3,
      attributes: ['32-bit'],
    });
    expect(idt(0x0028_0000, 0x0000_8500)).toMatchObject({ kind: 'task-gate', selector: 0x28, offset: 0 });
    expect(gdt(0x0008_1234, 0xc010_8c05 | 0)).toMatchObject({
      kind: 'call-gate',
      attributes: ['32-bit', '5 parameters'],
      problems: [],
    });
  });

  it('must lead to what the GDT has', () => {
    const table = [
      gdt(0, 0, 0),
      gdt(...FLAT_CODE),
      gdt(...FLAT_DATA),
      gdt(0xffff, 0x0040_1a00 | 0),
      gdt(0xfff, 0x40_9a00),
    ];
    const to = (selector: number, offset = 0x1000, type = 0x8e00) =>
      gateProblems(
        idt((selector << 16) | (offset & 0xffff), ((offset & 0xffff_0000) | type) >>> 0),
        table,
      ).join();
    expect(to(8)).toBe('');
    expect(to(0x10)).toContain('kind data, not code');
    expect(to(0x18)).toContain('not present');
    expect(to(0x20)).toContain('beyond the limit');
    expect(to(0x80)).toContain('beyond the GDT');
    expect(to(8, 0, 0x8500)).toContain('kind code, not tss');
    expect(to(0x0c)).toBe('');
  });
});

describe('tables', () => {
  it('are cut off at their last whole entry', () => {
    expect(decodeTable(new Uint8Array(20), 'gdt')).toHaveLength(2);
    expect(tableProblems(0, 0x17)).toEqual([]);
    expect(tableProblems(0, 0x10).join()).toContain('8 n − 1');
    expect(tableProblems(0xffff_fff0, 0x17).join()).toContain('4 GiB');
  });
});

describe('task state', () => {
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
    const told = decodeTss(bytes, 0x67)!.problems.join();
    expect(told).toMatch(/ring 0.*esp0 is 0.*I\/O map/);
    expect(decodeTss(new Uint8Array(103), 0x67)).toBeUndefined();
  });
});
