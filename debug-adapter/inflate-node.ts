/**
 * Compressed streams on Node: in its thread pool, so that nobody waits, and straight into memory of the content's size, in which what has come
 * can be used already. The stream of the web, which Node has too, leaves behind as much again as it gives, in pieces that are not
 * collected yet. Node has zstd from 22.15 on.
 */
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { type Inflater, type Inflaters, type PackedStream, PART } from './symbols/compression.ts';

/** Room behind the content: a buffer that is full would be followed by another one. */
const ROOM = 64;

interface Options {
  readonly chunkSize: number;
  readonly maxOutputLength?: number;
}

async function* partsOf(stream: PackedStream): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < stream.length; at += PART)
    yield await stream.read(at, Math.min(PART, stream.length - at));
}

function inflaterOf(
  create: (options: Options) => Transform,
  now: (data: Uint8Array, options: Options) => Buffer,
): Inflater {
  return {
    async inflate(stream, size, arrives) {
      let content: Uint8Array = new Uint8Array(0);
      let filled = 0;
      await pipeline(partsOf(stream), create({ chunkSize: size + ROOM }), async (chunks) => {
        for await (const chunk of chunks as AsyncIterable<Buffer>) {
          // Node fills a buffer of `chunkSize` from its beginning to its end, and gives what is new of it.
          if (filled === 0) content = wholeOf(chunk, size);
          if (chunk.length > size - filled) throw new RangeError('too long');
          if (chunk.buffer !== content.buffer) content.set(chunk, filled);
          filled += chunk.length;
          arrives?.(content, filled);
        }
      });
      return content.subarray(0, filled);
    },
    now(data, size) {
      const { buffer, byteOffset, length } = now(data, {
        chunkSize: size + ROOM,
        maxOutputLength: Math.max(1, size),
      });
      return new Uint8Array(buffer, byteOffset, length);
    },
  };
}

/** The buffer that a first chunk is of, when it is the one that has room for all; small ones are parts of Node's pool. */
const wholeOf = ({ buffer }: Buffer, size: number) =>
  buffer.byteLength === size + ROOM ? new Uint8Array(buffer, 0, size) : new Uint8Array(size);

const { createZstdDecompress, zstdDecompressSync } = zlib as {
  createZstdDecompress?: (options: Options) => Transform;
  zstdDecompressSync?: (data: Uint8Array, options: Options) => Buffer;
};

export const inflateOnNode: Inflaters = {
  zlib: inflaterOf(zlib.createInflate, zlib.inflateSync),
  ...(createZstdDecompress &&
    zstdDecompressSync && { zstd: inflaterOf(createZstdDecompress, zstdDecompressSync) }),
};
