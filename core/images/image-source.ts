/** What an image is read from: random access to bytes that somebody outside of core holds. */

export interface ImageSource {
  /** Bytes, at most 2^53. */
  readonly size: number;
  /** Exactly `length` bytes. Rejects when they cannot be read; callers stay inside of `size`. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export type ImageCode =
  | 'image-truncated'
  | 'image-malformed'
  | 'image-unsupported'
  | 'image-backing-missing'
  | 'image-compressed'
  | 'image-partition-missing';

/** What is wrong with an image, in one sentence. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  constructor(
    readonly code: ImageCode,
    message: string,
  ) {
    super(message);
  }
}

/** A part of a source as a source of its own. */
export function sliceSource(source: ImageSource, start: number, size: number): ImageSource {
  return { size, read: (offset, length) => source.read(start + offset, length) };
}

/** `length` bytes, or as many as there are; the rest is zero. */
export async function readPadded(source: ImageSource, offset: number, length: number): Promise<Uint8Array> {
  const there = Math.max(0, Math.min(length, source.size - offset));
  const bytes = new Uint8Array(length);
  if (there > 0) bytes.set(await source.read(offset, there));
  return bytes;
}

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
