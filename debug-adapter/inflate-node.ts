/**
 * Compressed streams on Node: in its thread pool, so that nobody waits, and straight into memory of the content's size. The stream of the web, which
 * Node has too, leaves behind as much again as it gives, in pieces that are not collected yet. Node has zstd from 22.15 on.
 */
import * as zlib from 'node:zlib';
import type { Inflaters, InflateSection } from './symbols/compression.ts';

/** Room behind the content: a buffer that is full would be followed by another one. */
const ROOM = 64;

type Decompress = (
  data: Uint8Array,
  options: { readonly chunkSize: number; readonly maxOutputLength: number },
  callback: (error: Error | null, content: Buffer) => void,
) => void;

const inPool =
  (decompress: Decompress): InflateSection =>
  (data, size) =>
    new Promise((resolve, reject) => {
      const options = { chunkSize: size + ROOM, maxOutputLength: Math.max(1, size) };
      decompress(data, options, (error, content) => {
        if (error) reject(error);
        else resolve(new Uint8Array(content.buffer, content.byteOffset, content.length));
      });
    });

const { zstdDecompress } = zlib as { zstdDecompress?: Decompress };

export const inflateOnNode: Inflaters = {
  zlib: inPool(zlib.inflate),
  ...(zstdDecompress && { zstd: inPool(zstdDecompress) }),
};
