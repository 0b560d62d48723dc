/*
 * Owns the transport of the 9P file protocol: a mount tag, and messages that go to a server and whose answers come back.
 * What the messages say is the server's business, which is not in this file. Source: Virtual I/O Device (VIRTIO) Version
 * 1.2, section 5.10 (device ID 9), and the Linux driver's mount tag (struct virtio_9p_config).
 */

import type { VirtioHost, VirtioModel } from './virtio-device.ts';
import type { Chain } from './virtqueue.ts';

const FEATURE_MOUNT_TAG = 0;
const QUEUE_SIZE = 128;
/** size[4] type[1] tag[2]: the head of every message. */
const MESSAGE_HEADER = 7;

/** Answers 9P messages. */
export interface NinePBackend {
  /**
   * Answers at once; or returns `undefined` and has `Virtio9p.complete` called with `id` later.
   * @param message a T-message, as long as its size field says or not: nobody has looked
   * @param room the longest answer that the driver takes
   */
  request(id: number, message: Uint8Array, room: number): Uint8Array | undefined;
  /** What it holds beyond its configuration; `null` when that is outside of the machine. */
  save(): unknown;
  restore(state: unknown): void;
}

/** Saved state. */
export interface Virtio9pState {
  readonly nextId: number;
  readonly pending: readonly { readonly id: number; readonly chain: Chain }[];
  readonly backend: unknown;
}

/** A shared folder. */
export class Virtio9p implements VirtioModel<Virtio9pState> {
  readonly name: string;
  readonly type = 9;
  readonly classCode = 0x02_0000;
  readonly features = [FEATURE_MOUNT_TAG];
  readonly queueSizes = [QUEUE_SIZE];
  readonly #backend: NinePBackend;
  readonly #configuration: Uint8Array;
  #host!: VirtioHost;
  readonly #pending = new Map<number, Chain>();
  #nextId = 1;

  /** @param tag by which the guest mounts it, 1 to 255 bytes of UTF-8 */
  constructor(name: string, tag: string, backend: NinePBackend) {
    this.name = name;
    const bytes = new TextEncoder().encode(tag);
    this.#configuration = Uint8Array.of(bytes.length, bytes.length >> 8, ...bytes);
    this.#backend = backend;
  }

  configuration(): Uint8Array {
    return this.#configuration;
  }

  attach(host: VirtioHost): void {
    this.#host = host;
  }

  notify(): void {
    this.#host.queues[0]!.drain((chain) => this.#serve(chain));
  }

  /** The answer of a server outside of the machine; an unknown id is one that was given up. */
  complete(id: number, answer: Uint8Array): void {
    const chain = this.#pending.get(id);
    if (!chain) return;
    this.#pending.delete(id);
    const queue = this.#host.queues[0]!;
    queue.push(chain, this.#host.write(chain, 0, answer));
    queue.notifyDriver();
  }

  /** Requests that wait for an answer from outside. */
  get outstanding(): number {
    return this.#pending.size;
  }

  reset(): void {
    this.#pending.clear();
  }

  save(): Virtio9pState {
    return {
      nextId: this.#nextId,
      pending: [...this.#pending].map(([id, chain]) => ({ id, chain })),
      backend: this.#backend.save(),
    };
  }

  restore(state: Virtio9pState): void {
    this.#nextId = state.nextId;
    this.#pending.clear();
    for (const { id, chain } of state.pending) this.#pending.set(id, chain);
    this.#backend.restore(state.backend);
  }

  #serve(chain: Chain): number | undefined {
    if (chain.readableLength < MESSAGE_HEADER || chain.writableLength < MESSAGE_HEADER) {
      this.#host.fail(
        `a message has ${chain.readableLength} bytes and room for ${chain.writableLength}, not ${MESSAGE_HEADER} or more`,
      );
      return undefined;
    }
    const id = this.#nextId++;
    const message = this.#host.read(chain, 0, chain.readableLength);
    const answer = this.#backend.request(id, message, chain.writableLength);
    if (answer) return this.#host.write(chain, 0, answer);
    this.#pending.set(id, chain);
    return undefined;
  }
}
