/**
 * zlib streams on Node: in its thread pool, so that nobody waits, and straight into memory of the content's size. The stream of the web, which
 * Node has too, leaves behind as much again as it gives, in pieces that are not collected yet.
 */
import { inflate } from 'node:zlib';

/** Room behind the content: a buffer that is full would be followed by another one. */
const ROOM = 64;

/** The content of a zlib stream. Rejects when it is damaged, or has more than `size` bytes. */
export const inflateOnNode = (data: Uint8Array, size: number): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    inflate(data, { chunkSize: size + ROOM, maxOutputLength: Math.max(1, size) }, (error, content) => {
      if (error) reject(error);
      else resolve(new Uint8Array(content.buffer, content.byteOffset, content.length));
    });
  });
