import { describe, expect, it } from 'vitest';
import { PcapngWriter } from './pcapng.ts';

interface Block {
  readonly type: number;
  readonly body: DataView;
}

/** The blocks of a file, with their lengths checked at both ends. */
function blocksOf(parts: readonly Uint8Array[]): Block[] {
  return parts.map((part) => {
    const view = new DataView(part.buffer);
    expect(part.length % 4).toBe(0);
    expect(view.getUint32(4, true)).toBe(part.length);
    expect(view.getUint32(part.length - 4, true)).toBe(part.length);
    return { type: view.getUint32(0, true), body: new DataView(part.buffer, 8, part.length - 12) };
  });
}

describe('PcapngWriter', () => {
  it('writes a section, its interfaces, and packets with virtual nanoseconds', () => {
    const parts: Uint8Array[] = [];
    const writer = new PcapngWriter(['conet0', 'é'], (block) => parts.push(block));
    const time = 5 * 2 ** 32 + 7;
    writer.packet(1, time, Uint8Array.of(1, 2, 3, 4, 5), 'out');
    const blocks = blocksOf(parts);
    expect(blocks.map(({ type }) => type)).toEqual([0x0a0d0d0a, 1, 1, 6]);
    const [section, first, , packet] = blocks;
    expect(section!.body.getUint32(0, true)).toBe(0x1a2b3c4d);
    expect(first!.body.getUint16(0, true)).toBe(1);
    expect(first!.body.getUint16(8, true)).toBe(2);
    expect(first!.body.getUint16(20, true)).toBe(9);
    expect(first!.body.getUint8(24)).toBe(9);
    expect(packet!.body.getUint32(0, true)).toBe(1);
    expect(packet!.body.getUint32(4, true)).toBe(5);
    expect(packet!.body.getUint32(8, true)).toBe(7);
    expect(packet!.body.getUint32(12, true)).toBe(5);
    expect(packet!.body.getUint8(24)).toBe(5);
    expect(packet!.body.getUint16(28, true)).toBe(2);
    expect(packet!.body.getUint32(32, true)).toBe(2);
  });
});
