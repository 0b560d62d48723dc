/** Entries are made of their parts as they are taken apart. */
import { describe, expect, it } from 'vitest';
import { encodeDescriptor } from './descriptor-encode.ts';
import { decodeDescriptor, type RawDescriptor } from './descriptors.ts';

const NOTHING: RawDescriptor = { low: 0, high: 0 };

/** Takes apart and puts together. */
function again(raw: RawDescriptor, before = raw): RawDescriptor {
  const descriptor = decodeDescriptor(raw);
  if (descriptor.kind === 'reserved') throw new Error('reserved');
  return encodeDescriptor(descriptor, before);
}

describe('descriptors', () => {
  it.each([
    [0x0000ffff, 0x00cf9a00],
    [0x0000ffff, 0x00cff200],
    [0x5678ffff, 0x12009634],
    [0x30000067, 0x00008b00],
    [0x00081234, 0xc0108e00],
    [0x00081234, 0xc010ef00],
    [0x00280000, 0x00008500],
    [0x00085678, 0x0001ec04],
    [0x00081234, 0xc0100e00],
    [0x1234_5678, 0x9abf_f37d],
  ])('%x %x come back the same', (low, high) => {
    expect(again({ low, high })).toEqual({ low, high });
  });

  it('of every type and every right come back the same', () => {
    for (let type = 0; type < 0x100; type++) {
      const raw = { low: 0x1008_0fff, high: (0x0040_0000 | (type << 8)) >>> 0 };
      const descriptor = decodeDescriptor(raw);
      if (descriptor.kind === 'reserved') continue;
      // Gates and system segments have no D/B.
      const expected = descriptor.kind === 'code' || descriptor.kind === 'data' ? raw : undefined;
      const made = encodeDescriptor(descriptor, raw);
      expect(decodeDescriptor(made)).toEqual(
        expected ? descriptor : { ...descriptor, ...('big' in descriptor && { big: false }) },
      );
    }
  });

  it('count a limit in pages when it needs them, and refuse what no entry can hold', () => {
    const flat = decodeDescriptor({ low: 0xffff, high: 0x00cf_9a00 });
    if (!('base' in flat)) throw new Error('no segment');
    expect(encodeDescriptor(flat, NOTHING)).toEqual({ low: 0xffff, high: 0x00cf_9a00 });
    const small = encodeDescriptor({ ...flat, limit: 0xfff }, NOTHING);
    expect(decodeDescriptor(small)).toMatchObject({ limit: 0xfff });
    expect(() => encodeDescriptor({ ...flat, limit: 0x12_3456 }, NOTHING)).toThrow(/end with 0xfff/);
    expect(() => encodeDescriptor({ ...flat, base: 2 ** 32 }, NOTHING)).toThrow(/the base must be/);
    expect(() => encodeDescriptor({ ...flat, dpl: 4 }, NOTHING)).toThrow(/the DPL must be/);
    const gate = decodeDescriptor({ low: 0x8_1234, high: 0x8600 });
    if (!('selector' in gate)) throw new Error('no gate');
    expect(() => encodeDescriptor({ ...gate, offset: 0x1_0000 }, NOTHING)).toThrow(/0 to 0xffff/);
    expect(() => encodeDescriptor({ ...gate, selector: NaN }, NOTHING)).toThrow(/the selector/);
  });
});
