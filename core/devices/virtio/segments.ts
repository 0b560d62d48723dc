/*
 * Owns copying between the buffers of a chain and plain bytes, as if the buffers were one. The queue has checked that
 * they are RAM.
 */

import type { Dma } from '../pci/dma.ts';
import type { Segment } from './virtqueue.ts';

/** Calls `use` for each piece of [at, at + length) with where it lies in RAM and in the range. */
function pieces(
  segments: readonly Segment[],
  at: number,
  length: number,
  use: (address: number, from: number, size: number) => void,
): number {
  let start = 0;
  let done = 0;
  for (const segment of segments) {
    const skip = at + done - start;
    if (skip < segment.length && done < length) {
      const size = Math.min(segment.length - skip, length - done);
      use(segment.address + skip, done, size);
      done += size;
    }
    start += segment.length;
  }
  return done;
}

/** Reads up to `length` bytes from position `at`: fewer where the buffers end. */
export function readSegments(dma: Dma, segments: readonly Segment[], at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const done = pieces(segments, at, length, (address, from, size) => {
    dma.read(address, bytes.subarray(from, from + size));
  });
  return bytes.subarray(0, done);
}

/** Writes `bytes` from position `at` on, as far as the buffers reach. Returns how many were written. */
export function writeSegments(dma: Dma, segments: readonly Segment[], at: number, bytes: Uint8Array): number {
  return pieces(segments, at, bytes.length, (address, from, size) => {
    dma.write(address, bytes.subarray(from, from + size));
  });
}
