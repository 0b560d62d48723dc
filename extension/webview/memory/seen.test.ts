/** What the view of memory remembers and takes. */
import { describe, expect, it } from 'vitest';
import { parseBytes } from './parse-bytes.ts';
import { Seen } from './seen.ts';

describe('bytes of memory', () => {
  it('that were others at the last stop are known, each space by itself', () => {
    const seen = new Seen();
    seen.note({ space: 'host', address: 0x1000, bytes: [1, 2, undefined] });
    expect(seen.before('host', 0x1000, 9)).toBeUndefined();
    seen.next();
    expect(seen.before('host', 0x1000, 9)).toBe(1);
    expect(seen.before('host', 0x1001, 2)).toBeUndefined();
    expect(seen.before('host', 0x1002, 7)).toBeUndefined();
    expect(seen.before('physical', 0x1000, 9)).toBeUndefined();
    seen.note({ space: 'host', address: 0x1000, bytes: [9] });
    seen.next();
    expect(seen.before('host', 0x1000, 9)).toBeUndefined();
  });

  it('are written as pairs of digits', () => {
    expect(parseBytes('90 90')).toEqual([0x90, 0x90]);
    expect(parseBytes('0xdeadBEEF')).toEqual([0xde, 0xad, 0xbe, 0xef]);
    for (const wrong of ['', '9', 'xy', '90 9']) expect(parseBytes(wrong)).toBeUndefined();
  });
});
