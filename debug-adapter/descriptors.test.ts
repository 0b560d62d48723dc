import { describe, expect, it } from 'vitest';
import { decodeDescriptor, describeDescriptor, gateProblem } from './descriptors.ts';
import { tell } from '../core/sentences/say.ts';

const say = (low: number, high: number) => tell(describeDescriptor(decodeDescriptor({ low, high })));

describe('entries of descriptor tables', () => {
  it.each([
    [0x0000ffff, 0x00cf9a00, 'code, execute/read, 32-bit, DPL 0, base 0x00000000, limit 0xffffffff'],
    [0x0000ffff, 0x00cff200, 'data, read/write, 32-bit, DPL 3, base 0x00000000, limit 0xffffffff'],
    [
      0x5678ffff,
      0x12009634,
      'data, read/write, 16-bit, expand-down, DPL 0, base 0x12345678, limit 0x0000ffff',
    ],
    [0x30000067, 0x00008b00, '32-bit TSS, busy, DPL 0, base 0x00003000, limit 0x00000067'],
    [0x00081234, 0xc0108e00, '32-bit interrupt gate to 0x0008:0xc0101234, DPL 0'],
    [0x00081234, 0xc010ef00, '32-bit trap gate to 0x0008:0xc0101234, DPL 3'],
    [0x00281234, 0x00008500, 'task gate to 0x0028, DPL 0'],
    [0x00085678, 0x0001ec04, '32-bit call gate to 0x0008:0x00015678, DPL 3, 4 parameters'],
    [0x00081234, 0xc0100e00, '32-bit interrupt gate to 0x0008:0xc0101234, DPL 0, NOT PRESENT'],
    [0, 0, 'reserved type 0, NOT PRESENT'],
  ])('%x %x: %s', (low, high, text) => {
    expect(say(low, high)).toBe(text);
  });
});

describe('a gate that no handler can be entered through says why', () => {
  const gate = decodeDescriptor({ low: 0x0008_1234, high: 0xc010_8e00 });
  const code = decodeDescriptor({ low: 0xffff, high: 0x00cf_9a00 });
  it.each([
    [gate, code, undefined],
    [gate, undefined, /selector 0x0008 lies outside/],
    [gate, decodeDescriptor({ low: 0xffff, high: 0x00cf_1a00 }), /0x0008 is not present/],
    [gate, decodeDescriptor({ low: 0xffff, high: 0x00cf_9200 }), /names no code segment but: data/],
    [gate, decodeDescriptor({ low: 0xffff, high: 0x00cf_fa00 }), /DPL 3, and the CPU is in ring 0/],
    [decodeDescriptor({ low: 0x8_1234, high: 0x0e00 }), code, /gate is not present/],
    [decodeDescriptor({ low: 0x1234, high: 0x8e00 }), code, /selector is null/],
    [decodeDescriptor({ low: 0, high: 0 }), code, /no gate but: reserved type 0/],
    [decodeDescriptor({ low: 0x0028_0000, high: 0x8500 }), code, /names no TSS/],
  ])('%#', (entry, target, problem) => {
    const why = gateProblem(entry, target, 0);
    const found = why && tell(why);
    if (problem) expect(found).toMatch(problem);
    else expect(found).toBeUndefined();
  });
});
