/*
 * Owns one split virtqueue as the device sees it: takes chains of descriptors from the available ring, gives them back
 * through the used ring, and decides whether the driver wants an interrupt. Source: Virtual I/O Device (VIRTIO) Version
 * 1.2, section 2.7 (split virtqueues), with indirect descriptors (2.7.5.3) and event indices (2.7.7, 2.7.10).
 *
 * Every byte of the rings comes from a guest that may be hostile: whatever does not hold together breaks the device
 * (`QueueOwner.fail`) and nothing is thrown. Work is bounded: a chain has at most 1024 buffers and 16 MiB.
 */

import type { Dma } from '../pci/dma.ts';

const DESCRIPTOR_SIZE = 16;
const DESC_NEXT = 1;
const DESC_WRITE = 2;
const DESC_INDIRECT = 4;
const AVAIL_NO_INTERRUPT = 1;

/** Most buffers of one chain, indirect ones included. */
const MAX_SEGMENTS = 1024;
/** Most bytes of one chain. Real drivers stay far below it. */
const MAX_CHAIN_BYTES = 16 << 20;
/** Alignment of the used ring in the legacy layout (section 2.7.2). */
const LEGACY_PAGE = 4096;

/** One buffer in RAM. */
export interface Segment {
  readonly address: number;
  readonly length: number;
}

/** A request of the driver. Plain data, so that a device can save those it works on. */
export interface Chain {
  /** Index of its first descriptor: what the used ring names it by. */
  readonly head: number;
  /** What the device reads, and their bytes in all. */
  readonly readable: readonly Segment[];
  readonly readableLength: number;
  /** What it writes. */
  readonly writable: readonly Segment[];
  readonly writableLength: number;
}

/** What a queue needs from its device. */
export interface QueueOwner {
  /** VIRTIO_F_EVENT_IDX was negotiated. */
  readonly eventIndex: boolean;
  /** VIRTIO_F_INDIRECT_DESC was negotiated. */
  readonly indirect: boolean;
  /** The device may use the rings: the driver is ready, the device is not broken and may master the bus. */
  readonly running: boolean;
  /** A used buffer notification. */
  interrupt(): void;
  /** The driver broke the rules, in words. */
  fail(why: string): void;
}

/** Saved state of one queue. */
export interface VirtqueueState {
  readonly size: number;
  readonly enabled: boolean;
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
  readonly nextAvailable: number;
  readonly nextUsed: number;
  readonly signalled: number;
}

/** The device's side of one queue. */
export class Virtqueue {
  readonly index: number;
  readonly maxSize: number;
  readonly #dma: Dma;
  readonly #owner: QueueOwner;
  /** Entries, a power of two up to `maxSize`. */
  size: number;
  enabled = false;
  /** Physical addresses of the three parts. */
  descriptors = 0;
  available = 0;
  used = 0;
  #nextAvailable = 0;
  #nextUsed = 0;
  /** The used index when the driver was last considered for an interrupt. */
  #signalled = 0;

  constructor(index: number, maxSize: number, dma: Dma, owner: QueueOwner) {
    this.index = index;
    this.maxSize = maxSize;
    this.size = maxSize;
    this.#dma = dma;
    this.#owner = owner;
  }

  reset(): void {
    this.size = this.maxSize;
    this.enabled = false;
    this.descriptors = this.available = this.used = 0;
    this.#nextAvailable = this.#nextUsed = this.#signalled = 0;
  }

  /** The legacy interface gives one page number, 0 to stop the queue; the parts follow each other (2.7.2). */
  placeLegacy(page: number): void {
    this.reset();
    this.enabled = page !== 0;
    this.descriptors = page * LEGACY_PAGE;
    this.available = this.descriptors + this.size * DESCRIPTOR_SIZE;
    this.used = Math.ceil((this.available + 6 + 2 * this.size) / LEGACY_PAGE) * LEGACY_PAGE;
  }

  /** The page number that `placeLegacy` took. */
  get legacyPage(): number {
    return Math.floor(this.descriptors / LEGACY_PAGE) >>> 0;
  }

  /** Takes the driver's next request; `undefined` when there is none, or the device is or gets broken. */
  pop(): Chain | undefined {
    if (!this.#usable()) return undefined;
    const dma = this.#dma;
    const waiting = (dma.read16(this.available + 2) - this.#nextAvailable) & 0xffff;
    if (waiting > this.size) {
      this.#fail(`${waiting} requests are available, but it has ${this.size} entries`);
      return undefined;
    }
    if (waiting === 0) return undefined;
    const head = dma.read16(this.available + 4 + 2 * (this.#nextAvailable % this.size));
    if (head >= this.size) {
      this.#fail(`descriptor ${head} was made available, but it has ${this.size}`);
      return undefined;
    }
    const chain = this.#walk(head);
    if (chain) {
      this.#nextAvailable = (this.#nextAvailable + 1) & 0xffff;
      if (this.#owner.eventIndex) this.#setAvailEvent();
    }
    return chain;
  }

  /** The last `count` requests taken were not used: they will be taken again. */
  unpop(count = 1): void {
    this.#nextAvailable = (this.#nextAvailable - count) & 0xffff;
    if (this.#owner.eventIndex && this.#usable()) this.#setAvailEvent();
  }

  /**
   * Runs `serve` for each request that is available, at most once for each entry of the ring, then tells the driver.
   * @param serve returns the bytes it wrote into the chain, or `undefined` when the request will be finished later.
   * @param ready is asked before each request; the others stay in the ring once it says no.
   */
  drain(serve: (chain: Chain) => number | undefined, ready: () => boolean = () => true): void {
    for (let n = 0; n < this.size && ready(); n++) {
      const chain = this.pop();
      if (!chain) break;
      const written = serve(chain);
      if (written !== undefined) this.push(chain, written);
    }
    this.notifyDriver();
  }

  /** Gives a request back with the number of bytes that the device wrote. `notifyDriver` must follow. */
  push(chain: Chain, written: number): void {
    if (!this.#usable()) return;
    const at = this.used + 4 + 8 * (this.#nextUsed % this.size);
    this.#dma.write32(at, chain.head);
    this.#dma.write32(at + 4, written);
    this.#nextUsed = (this.#nextUsed + 1) & 0xffff;
    this.#dma.write16(this.used + 2, this.#nextUsed);
  }

  /** Interrupts if requests were given back that the driver wants to hear of. */
  notifyDriver(): void {
    if (!this.#usable()) return;
    const count = (this.#nextUsed - this.#signalled) & 0xffff;
    if (count === 0) return;
    const old = this.#signalled;
    this.#signalled = this.#nextUsed;
    if (this.#owner.eventIndex) {
      // Passed the index behind which the driver wants to be told?
      const event = this.#dma.read16(this.available + 4 + 2 * this.size);
      if (((event - old) & 0xffff) < count) this.#owner.interrupt();
    } else if ((this.#dma.read16(this.available) & AVAIL_NO_INTERRUPT) === 0) this.#owner.interrupt();
  }

  save(): VirtqueueState {
    return {
      size: this.size,
      enabled: this.enabled,
      descriptors: this.descriptors,
      available: this.available,
      used: this.used,
      nextAvailable: this.#nextAvailable,
      nextUsed: this.#nextUsed,
      signalled: this.#signalled,
    };
  }

  restore(state: VirtqueueState): void {
    this.size = state.size;
    this.enabled = state.enabled;
    this.descriptors = state.descriptors;
    this.available = state.available;
    this.used = state.used;
    this.#nextAvailable = state.nextAvailable;
    this.#nextUsed = state.nextUsed;
    this.#signalled = state.signalled;
  }

  /** Asks the driver to tell of the next request. */
  #setAvailEvent(): void {
    this.#dma.write16(this.used + 4 + 8 * this.size, this.#nextAvailable);
  }

  #fail(why: string): void {
    this.#owner.fail(`queue ${this.index}: ${why}`);
  }

  #usable(): boolean {
    if (!this.enabled || !this.#owner.running) return false;
    const dma = this.#dma;
    const whole =
      dma.holds(this.descriptors, DESCRIPTOR_SIZE * this.size) &&
      dma.holds(this.available, 6 + 2 * this.size) &&
      dma.holds(this.used, 6 + 8 * this.size);
    if (!whole) this.#fail('its rings are not in RAM');
    return whole;
  }

  /** Follows a chain (2.7.5). */
  #walk(head: number): Chain | undefined {
    const dma = this.#dma;
    const readable: Segment[] = [];
    const writable: Segment[] = [];
    let readableLength = 0;
    let writableLength = 0;
    let table = this.descriptors;
    let entries = this.size;
    let indirect = false;
    let index = head;
    /** Descriptors of the present table that were followed. */
    let steps = 0;
    for (;;) {
      const at = table + index * DESCRIPTOR_SIZE;
      const address = dma.read64(at);
      const length = dma.read32(at + 8);
      const flags = dma.read16(at + 12);
      if ((flags & DESC_INDIRECT) !== 0) {
        const allowed = this.#owner.indirect && !indirect && (flags & DESC_NEXT) === 0;
        if (!allowed || length === 0 || length % DESCRIPTOR_SIZE !== 0 || !dma.holds(address, length)) {
          this.#fail(`descriptor ${index} is no proper indirect one (${length} bytes at ${hex(address)})`);
          return undefined;
        }
        indirect = true;
        table = address;
        entries = length / DESCRIPTOR_SIZE;
        index = 0;
        steps = 0;
        continue;
      }
      if (++steps > entries || readable.length + writable.length === MAX_SEGMENTS) {
        this.#fail(`the chain of descriptor ${head} has no end`);
        return undefined;
      }
      const writes = (flags & DESC_WRITE) !== 0;
      if (length === 0 || !dma.holds(address, length)) {
        this.#fail(`descriptor ${index} is not in RAM (${length} bytes at ${hex(address)})`);
        return undefined;
      }
      if (writes) {
        writable.push({ address, length });
        writableLength += length;
      } else {
        readable.push({ address, length });
        readableLength += length;
        if (writable.length > 0) {
          this.#fail(`descriptor ${index} is to be read, but those before it are to be written`);
          return undefined;
        }
      }
      if (readableLength + writableLength > MAX_CHAIN_BYTES) {
        this.#fail(`the chain of descriptor ${head} has more than ${MAX_CHAIN_BYTES >> 20} MiB`);
        return undefined;
      }
      if ((flags & DESC_NEXT) === 0) return { head, readable, readableLength, writable, writableLength };
      index = dma.read16(at + 14);
      if (index >= entries) {
        this.#fail(`descriptor ${index} is the next one, but there are ${entries}`);
        return undefined;
      }
    }
  }
}

function hex(value: number): string {
  return `${value.toString(16)}h`;
}
