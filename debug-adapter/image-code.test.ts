/** Whether code is the same when its addresses were relocated. */
import { describe, expect, it } from 'vitest';
import { isRelocated } from './image-code.ts';

/** push ebp; mov ebp, esp; mov eax, [0xc0101234]; call +0x10; mov ebx, 0xc0102000; ret; nops */
const LINKED = Uint8Array.of(
  ...[0x55, 0x89, 0xe5, 0xa1, 0x34, 0x12, 0x10, 0xc0, 0xe8, 0x10, 0, 0, 0],
  ...[0xbb, 0x00, 0x20, 0x10, 0xc0, 0xc3, 0x90, 0x90, 0x90, 0x90, 0x90],
);
const VALUES = [4, 14] as const;

function moved(...amounts: number[]): Uint8Array {
  const bytes = LINKED.slice();
  const view = new DataView(bytes.buffer);
  VALUES.forEach((at, n) => {
    view.setUint32(at, view.getUint32(at, true) + amounts[n]!, true);
  });
  return bytes;
}

describe('found code', () => {
  it.each([
    ['is the same as linked', moved(0, 0), 0x1000_0000, true],
    ['has all addresses moved', moved(0x1000_0000, 0x1000_0000), 0x1000_0000, true],
    ['has addresses moved downwards', moved(-0x30_0000, -0x30_0000), -0x30_0000, true],
    ['has addresses moved by parts of a page', moved(0x1230, 0x1230), 0x1230, true],
    ['has addresses moved by another amount', moved(0x1000_0000, 0x2000_0000), 0x1000_0000, false],
    ['has another instruction', moved(0, 0).fill(0x40, 10, 11), 0x1000_0000, false],
  ])('%s', (_what, found, amount, expected) => {
    expect(isRelocated(LINKED, found, amount)).toBe(expected);
  });

  it('may begin and end in the middle of an address', () => {
    const found = moved(0x1000_0000, 0x1000_0000);
    expect(isRelocated(LINKED.subarray(6), found.subarray(6), 0x1000_0000)).toBe(true);
    expect(isRelocated(LINKED.subarray(0, 16), found.subarray(0, 16), 0x1000_0000)).toBe(true);
  });
});
