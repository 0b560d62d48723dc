import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random.ts';
import { FrameDecoder, frameForStream, MAX_STREAM_FRAME } from './stream-framing.ts';

describe('frames in a stream', () => {
  it('come out as they went in, however the stream is cut', () => {
    const random = createRandom(4);
    const frames = Array.from({ length: 50 }, () =>
      Uint8Array.from({ length: 1 + random(1514) }, () => random(256)),
    );
    const stream = Uint8Array.from(frames.flatMap((frame) => [...frameForStream(frame)]));
    const seen: Uint8Array[] = [];
    const decoder = new FrameDecoder((frame) => seen.push(frame));
    for (let at = 0; at < stream.length;) {
      const length = 1 + random(at % 2 === 0 ? 5 : 4000);
      expect(decoder.push(stream.subarray(at, at + length))).toBe(true);
      at += length;
    }
    expect(seen).toEqual(frames);
  });

  it.each([0, MAX_STREAM_FRAME + 1, 0xffffffff])('a length of %i breaks the stream for good', (length) => {
    const seen: Uint8Array[] = [];
    const decoder = new FrameDecoder((frame) => seen.push(frame));
    const header = Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length);
    expect(decoder.push(header)).toBe(false);
    expect(decoder.push(frameForStream(Uint8Array.of(1)))).toBe(false);
    expect(seen).toEqual([]);
  });
});
