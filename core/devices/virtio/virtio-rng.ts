/*
 * Owns the virtio entropy device. Its bytes are a function of a seed in the machine's configuration, so that a run can be
 * repeated: they are no secret. Source: Virtual I/O Device (VIRTIO) Version 1.2, section 5.4.
 */

import { SeededBytes, type SeededBytesState } from './seeded-bytes.ts';
import type { VirtioHost, VirtioModel } from './virtio-device.ts';

/** Most bytes for one request: the device may give fewer than the driver has room for. */
const MAX_BYTES = 0x1_0000;
const EMPTY = new Uint8Array(0);

/** The entropy device. */
export class VirtioRng implements VirtioModel<SeededBytesState> {
  readonly name = 'rng';
  readonly type = 4;
  readonly classCode = 0x00_ff00;
  readonly features = [];
  readonly queueSizes = [8];
  readonly #bytes: SeededBytes;
  #host!: VirtioHost;

  /** @param seed 32 bits */
  constructor(seed: number) {
    this.#bytes = new SeededBytes(seed);
  }

  configuration(): Uint8Array {
    return EMPTY;
  }

  attach(host: VirtioHost): void {
    this.#host = host;
  }

  notify(): void {
    this.#host.queues[0]!.drain((chain) =>
      this.#host.write(chain, 0, this.#bytes.take(Math.min(chain.writableLength, MAX_BYTES))),
    );
  }

  /** The stream goes on. */
  reset(): void {
    // no request is ever kept
  }

  save(): SeededBytesState {
    return this.#bytes.save();
  }

  restore(state: SeededBytesState): void {
    this.#bytes.restore(state);
  }
}
