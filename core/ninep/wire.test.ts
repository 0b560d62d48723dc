import { describe, expect, it } from 'vitest';
import { HEADER_SIZE, Reader, Writer } from './wire.ts';

describe('a message that grows', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'keeps its numbers wherever it has to (%i bytes before them)',
    (before) => {
      const writer = new Writer().data(new Uint8Array(before));
      for (let n = 0; n < 100; n++) writer.u8(n).u16(n).u32(n).u64(n);
      const message = writer.finish(1, 2);
      const reader = new Reader(message.subarray(HEADER_SIZE + before));
      for (let n = 0; n < 100; n++) {
        expect([reader.u8(), reader.u16(), reader.u32()]).toEqual([n, n, n]);
        expect(reader.u64()).toBe(BigInt(n));
      }
    },
  );
});
