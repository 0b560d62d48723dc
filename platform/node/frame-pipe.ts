/*
 * Owns frames over a pair of Node streams, as QEMU frames them (core/net/wire/stream-framing.ts): a socket, or the
 * pipes of a helper program. A peer that does not read loses frames, as on any Ethernet; nothing piles up.
 */

import type { Readable, Writable } from 'node:stream';
import { FrameDecoder, frameForStream } from '../../core/net/wire/stream-framing.ts';

/** Bytes that may wait for the peer; further frames are lost. */
const MAX_WAITING = 1 << 20;

export class FramePipe {
  readonly #writable: Writable;
  #lost = 0;

  /**
   * @param broken the stream is out of step: end it.
   */
  constructor(
    readable: Readable,
    writable: Writable,
    deliver: (frame: Uint8Array) => void,
    broken: () => void,
  ) {
    this.#writable = writable;
    const decoder = new FrameDecoder(deliver);
    readable.on('data', (bytes: Buffer) => {
      if (!decoder.push(bytes)) {
        broken();
      }
    });
  }

  /** Frames that the peer was too slow for. */
  get lost(): number {
    return this.#lost;
  }

  send(frame: Uint8Array): void {
    if (this.#writable.writableLength > MAX_WAITING) {
      this.#lost++;
    } else if (this.#writable.writable) {
      this.#writable.write(frameForStream(frame));
    }
  }
}
