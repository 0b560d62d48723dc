/*
 * Owns frames in a stream of bytes as QEMU's `stream` and `socket` network backends send them: each frame behind
 * its length, 32 bits, big-endian. The stream comes from another program and is as hostile as a wire.
 */

import { get32, put32 } from './bytes.ts';

const HEADER = 4;
/** QEMU's own limit (NET_BUFSIZE): more is not a frame but a stream out of step. */
export const MAX_STREAM_FRAME = 4096 + 65536;

/** A frame behind its length. */
export function frameForStream(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER + frame.length);
  put32(bytes, 0, frame.length);
  bytes.set(frame, HEADER);
  return bytes;
}

/** Cuts a stream into its frames. */
export class FrameDecoder {
  readonly #deliver: (frame: Uint8Array) => void;
  /** What has come of the present length and frame. */
  #held = new Uint8Array(HEADER);
  #length = 0;
  #broken = false;

  constructor(deliver: (frame: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  /** Takes the next bytes. False: the stream is out of step and of no more use. */
  push(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length && !this.#broken;) {
      const part = bytes.subarray(at, at + this.#held.length - this.#length);
      this.#held.set(part, this.#length);
      this.#length += part.length;
      at += part.length;
      if (this.#length === HEADER && this.#held.length === HEADER) {
        this.#begin(get32(this.#held, 0));
      }
      if (this.#length === this.#held.length) {
        const frame = this.#held.subarray(HEADER);
        this.#held = new Uint8Array(HEADER);
        this.#length = 0;
        this.#deliver(frame);
      }
    }
    return !this.#broken;
  }

  /** A length has come: makes room for the frame behind it. An empty frame is none. */
  #begin(length: number): void {
    if (length === 0 || length > MAX_STREAM_FRAME) {
      this.#broken = true;
      this.#length = 0;
      return;
    }
    this.#held = new Uint8Array(HEADER + length);
    this.#length = HEADER;
  }
}
