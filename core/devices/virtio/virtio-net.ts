/*
 * Owns the virtio network card: one pair of queues, frames of any buffers, mergeable receive buffers, link status. No
 * offloads: every frame is whole and has its checksums. Source: Virtual I/O Device (VIRTIO) Version 1.2, section 5.1.
 */

import type { NetBackend } from './net-backend.ts';
import { Feature as CommonFeature, type VirtioHost, type VirtioModel } from './virtio-device.ts';
import type { Chain } from './virtqueue.ts';

const Feature = { Mac: 5, MergeableBuffers: 15, Status: 16 } as const;
const RECEIVE = 0;
const TRANSMIT = 1;
const QUEUE_SIZE = 256;
const LINK_UP = 1;
/** Header without and with num_buffers (5.1.6). */
const SHORT_HEADER = 10;
const LONG_HEADER = 12;
const NUM_BUFFERS = 10;
const CONFIGURATION_BYTES = 12;
const MIN_FRAME = 14;
const MAX_FRAME = 65_550;
/** Frames that wait for buffers of the driver; more are lost, as on a wire. */
const MAX_WAITING = 256;

/** Saved state. */
export interface VirtioNetState {
  readonly linkUp: boolean;
  readonly waiting: readonly Uint8Array[];
  readonly backend: unknown;
}

/** A network card. */
export class VirtioNet implements VirtioModel<VirtioNetState> {
  readonly name: string;
  readonly type = 1;
  readonly classCode = 0x02_0000;
  readonly features = Object.values(Feature);
  readonly queueSizes = [QUEUE_SIZE, QUEUE_SIZE];
  readonly #backend: NetBackend;
  readonly #mac: Uint8Array;
  #host!: VirtioHost;
  #waiting: Uint8Array[] = [];
  #linkUp = true;

  /** @param mac six bytes */
  constructor(name: string, mac: Uint8Array, backend: NetBackend) {
    this.name = name;
    this.#mac = mac.slice(0, 6);
    this.#backend = backend;
    backend.attach((frame) => {
      this.deliver(frame);
    });
  }

  configuration(): Uint8Array {
    const bytes = new Uint8Array(CONFIGURATION_BYTES);
    bytes.set(this.#mac);
    bytes[6] = this.#linkUp ? LINK_UP : 0;
    bytes[8] = 1; // max_virtqueue_pairs
    return bytes;
  }

  attach(host: VirtioHost): void {
    this.#host = host;
  }

  notify(queue: number): void {
    if (queue === TRANSMIT) this.#transmit();
    else this.#receive();
  }

  /** A frame for the guest. Whatever is no frame, and every frame while the link is down, is lost. */
  deliver(frame: Uint8Array): void {
    if (!this.#linkUp || frame.length < MIN_FRAME || frame.length > MAX_FRAME) return;
    if (this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push(frame.slice());
    this.#receive();
  }

  /** The cable is plugged in or out. */
  setLink(up: boolean): void {
    if (up === this.#linkUp) return;
    this.#linkUp = up;
    if (this.#host.has(Feature.Status)) this.#host.configurationChanged();
  }

  reset(): void {
    this.#waiting = [];
  }

  save(): VirtioNetState {
    return { linkUp: this.#linkUp, waiting: [...this.#waiting], backend: this.#backend.save() };
  }

  restore(state: VirtioNetState): void {
    this.#linkUp = state.linkUp;
    this.#waiting = [...state.waiting];
    this.#backend.restore(state.backend);
  }

  get #mergeable(): boolean {
    return this.#host.has(Feature.MergeableBuffers);
  }

  get #headerLength(): number {
    return this.#mergeable || this.#host.has(CommonFeature.Version1) ? LONG_HEADER : SHORT_HEADER;
  }

  #transmit(): void {
    const header = this.#headerLength;
    const frames: Uint8Array[] = [];
    this.#host.queues[TRANSMIT]!.drain((chain) => {
      const length = chain.readableLength - header;
      if (length < MIN_FRAME || length > MAX_FRAME) {
        this.#host.complain(`a frame of ${length} bytes was sent: it is lost`);
      } else frames.push(this.#host.read(chain, header, length));
      return 0;
    });
    // Answers come behind what was sent: the backend may deliver from inside of `send`.
    if (this.#linkUp) for (const frame of frames) this.#backend.send(frame);
  }

  /** Gives waiting frames to the driver as long as it has room. */
  #receive(): void {
    let given = 0;
    while (given < this.#waiting.length && this.#give(this.#waiting[given]!)) given++;
    if (given === 0) return;
    this.#waiting.splice(0, given);
    this.#host.queues[RECEIVE]!.notifyDriver();
  }

  /** Returns false when the frame must wait. One that fits into no buffer of this driver is lost. */
  #give(frame: Uint8Array): boolean {
    const queue = this.#host.queues[RECEIVE]!;
    const total = this.#headerLength + frame.length;
    const chains: Chain[] = [];
    let room = 0;
    while (room < total) {
      const chain = queue.pop();
      if (!chain) {
        queue.unpop(chains.length);
        return false;
      }
      chains.push(chain);
      room += chain.writableLength;
      if (!this.#mergeable) break;
    }
    if (room < total) {
      this.#host.complain(
        `a frame of ${frame.length} bytes does not fit into a buffer of ${room}: it is lost`,
      );
      queue.unpop();
      return true;
    }
    const bytes = new Uint8Array(total);
    bytes.set(frame, this.#headerLength);
    // Always there in the long header; 1 without mergeable buffers (5.1.6.4.1).
    if (this.#headerLength === LONG_HEADER) {
      bytes[NUM_BUFFERS] = chains.length;
      bytes[NUM_BUFFERS + 1] = chains.length >> 8;
    }
    let done = 0;
    for (const chain of chains) {
      const written = this.#host.write(chain, 0, bytes.subarray(done));
      queue.push(chain, written);
      done += written;
    }
    return true;
  }
}
