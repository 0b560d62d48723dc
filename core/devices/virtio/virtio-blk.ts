/*
 * Owns the virtio block device: reads, writes, flushes, discards and zeroes sectors of a backend, and names itself.
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, section 5.2. Buffers may be cut anywhere (2.7.4).
 */

import { type BlockBackend, type BlockOperation, type BlockOutcome, SECTOR } from './block-backend.ts';
import type { VirtioHost, VirtioModel } from './virtio-device.ts';
import type { Chain } from './virtqueue.ts';

const Feature = {
  SegMax: 2,
  ReadOnly: 5,
  BlockSize: 6,
  Flush: 9,
  Discard: 13,
  WriteZeroes: 14,
} as const;

/** Request types (5.2.6). */
const Type = { In: 0, Out: 1, Flush: 4, GetId: 8, Discard: 11, WriteZeroes: 13 } as const;

const STATUS_OK = 0;
const STATUS_ERROR = 1;
const STATUS_UNSUPPORTED = 2;

const HEADER = 16;
const ID_BYTES = 20;
const RANGE_BYTES = 16;
/** WRITE_ZEROES may be told that the sectors are not needed any more. */
const RANGE_UNMAP = 1;
const QUEUE_SIZE = 256;
const CONFIGURATION_BYTES = 60;
/** Most sectors of one DISCARD or WRITE_ZEROES: 2 GiB. */
const MAX_RANGE = 0x3f_ffff;
/** Bytes at a backend that answers later beyond which further requests wait in the ring: they are copies. */
const MAX_PENDING_BYTES = 64 << 20;

const bytesOf = ({ readableLength, writableLength }: Chain): number => readableLength + writableLength;

interface Pending {
  readonly id: number;
  readonly chain: Chain;
}

/** Saved state. */
export interface VirtioBlkState {
  readonly nextId: number;
  readonly pending: readonly Pending[];
  readonly backend: unknown;
}

/** What a disk is called. */
export interface VirtioBlkConfiguration {
  /** Unique in the machine, for example `disk0`. */
  readonly name: string;
  /** Up to 20 ASCII characters that the driver can ask for. */
  readonly serial: string;
}

/** One disk. */
export class VirtioBlk implements VirtioModel<VirtioBlkState> {
  readonly name: string;
  readonly type = 2;
  readonly classCode = 0x01_0000;
  readonly features: readonly number[];
  readonly queueSizes = [QUEUE_SIZE];
  readonly #backend: BlockBackend;
  readonly #serial: Uint8Array;
  readonly #configuration: Uint8Array;
  #host!: VirtioHost;
  /** Requests at a backend that answers later. Ids are never used again, so an answer from before a reset finds none. */
  readonly #pending = new Map<number, Chain>();
  #pendingBytes = 0;
  #nextId = 1;

  constructor({ name, serial }: VirtioBlkConfiguration, backend: BlockBackend) {
    this.name = name;
    this.#backend = backend;
    this.#serial = new TextEncoder().encode(serial).slice(0, ID_BYTES);
    this.features = [
      Feature.SegMax,
      Feature.BlockSize,
      Feature.Flush,
      ...(backend.readOnly ? [Feature.ReadOnly] : [Feature.Discard, Feature.WriteZeroes]),
    ];
    this.#configuration = describe(backend.sectors);
  }

  configuration(): Uint8Array {
    return this.#configuration;
  }

  attach(host: VirtioHost): void {
    this.#host = host;
  }

  notify(): void {
    this.#host.queues[0]!.drain(
      (chain) => this.#serve(chain),
      () => this.#pendingBytes < MAX_PENDING_BYTES,
    );
  }

  /** The answer of a backend that works outside of the machine; an unknown id is one that was given up. */
  complete(id: number, outcome: BlockOutcome): void {
    const chain = this.#pending.get(id);
    if (!chain) return;
    this.#pending.delete(id);
    const waiting = this.#pendingBytes >= MAX_PENDING_BYTES;
    this.#pendingBytes -= bytesOf(chain);
    const queue = this.#host.queues[0]!;
    queue.push(chain, this.#finish(chain, outcome));
    queue.notifyDriver();
    if (waiting) this.notify();
  }

  /** Requests that wait for an answer from outside. */
  get outstanding(): number {
    return this.#pending.size;
  }

  reset(): void {
    this.#pending.clear();
    this.#pendingBytes = 0;
  }

  save(): VirtioBlkState {
    return {
      nextId: this.#nextId,
      pending: [...this.#pending].map(([id, chain]) => ({ id, chain })),
      backend: this.#backend.save(),
    };
  }

  restore(state: VirtioBlkState): void {
    this.#nextId = state.nextId;
    this.reset();
    for (const { id, chain } of state.pending) this.#remember(id, chain);
    this.#backend.restore(state.backend);
  }

  #serve(chain: Chain): number | undefined {
    if (chain.readableLength < HEADER || chain.writableLength < 1) {
      this.#host.fail(
        `a request has ${chain.readableLength} bytes to read and ${chain.writableLength} to write, not ${HEADER} and 1`,
      );
      return undefined;
    }
    const operation = this.#operation(chain);
    if (typeof operation === 'number') return this.#end(chain, operation);
    if (operation === 'id') {
      this.#host.write(chain, 0, this.#id(chain.writableLength - 1));
      return this.#end(chain, STATUS_OK);
    }
    const id = this.#nextId++;
    const outcome = this.#backend.submit(id, operation);
    if (outcome) return this.#finish(chain, outcome);
    this.#remember(id, chain);
    return undefined;
  }

  #remember(id: number, chain: Chain): void {
    this.#pending.set(id, chain);
    this.#pendingBytes += bytesOf(chain);
  }

  /** What the request asks of the backend, or the status with which it ends at once. */
  #operation(chain: Chain): BlockOperation | 'id' | number {
    const header = this.#host.read(chain, 0, HEADER);
    const view = new DataView(header.buffer);
    const type = view.getUint32(0, true);
    const sector = view.getUint32(8, true) + view.getUint32(12, true) * 0x1_0000_0000;
    const { readOnly } = this.#backend;
    switch (type) {
      case Type.In: {
        const length = chain.writableLength - 1;
        return this.#fits(sector, length) ? { kind: 'read', sector, count: length / SECTOR } : STATUS_ERROR;
      }
      case Type.Out: {
        const length = chain.readableLength - HEADER;
        if (readOnly || !this.#fits(sector, length)) return STATUS_ERROR;
        return { kind: 'write', sector, data: this.#host.read(chain, HEADER, length) };
      }
      case Type.Flush:
        return { kind: 'flush' };
      case Type.GetId:
        return 'id';
      case Type.Discard:
      case Type.WriteZeroes:
        return readOnly ? STATUS_ERROR : this.#range(chain, type === Type.Discard ? 'discard' : 'zero');
      default:
        return STATUS_UNSUPPORTED;
    }
  }

  /** DISCARD and WRITE_ZEROES: one range, as the configuration says (5.2.6). */
  #range(chain: Chain, kind: 'discard' | 'zero'): BlockOperation | number {
    if (chain.readableLength !== HEADER + RANGE_BYTES) return STATUS_UNSUPPORTED;
    const range = this.#host.read(chain, HEADER, RANGE_BYTES);
    const view = new DataView(range.buffer);
    const sector = view.getUint32(0, true) + view.getUint32(4, true) * 0x1_0000_0000;
    const count = view.getUint32(8, true);
    if ((view.getUint32(12, true) & ~(kind === 'zero' ? RANGE_UNMAP : 0)) !== 0) return STATUS_UNSUPPORTED;
    return count <= MAX_RANGE && this.#fits(sector, count * SECTOR) ? { kind, sector, count } : STATUS_ERROR;
  }

  #fits(sector: number, length: number): boolean {
    return length % SECTOR === 0 && sector + length / SECTOR <= this.#backend.sectors;
  }

  #finish(chain: Chain, outcome: BlockOutcome): number {
    if (!outcome.ok) return this.#end(chain, STATUS_ERROR);
    // What came from outside may be too long: the status byte has the last word.
    if (outcome.data) this.#host.write(chain, 0, outcome.data.subarray(0, chain.writableLength - 1));
    return this.#end(chain, STATUS_OK);
  }

  /** The status is the last byte that is to be written. */
  #end(chain: Chain, status: number): number {
    this.#host.write(chain, chain.writableLength - 1, Uint8Array.of(status));
    return chain.writableLength;
  }

  /** The serial number, padded with zeros. */
  #id(length: number): Uint8Array {
    const bytes = new Uint8Array(Math.min(length, ID_BYTES));
    bytes.set(this.#serial.subarray(0, bytes.length));
    return bytes;
  }
}

/** The device configuration (5.2.4). */
function describe(sectors: number): Uint8Array {
  const bytes = new Uint8Array(CONFIGURATION_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, sectors >>> 0, true);
  view.setUint32(4, Math.floor(sectors / 0x1_0000_0000), true);
  view.setUint32(12, QUEUE_SIZE - 2, true); // seg_max: header and status take two
  view.setUint32(20, SECTOR, true); // blk_size
  view.setUint16(34, 1, true); // num_queues
  view.setUint32(36, MAX_RANGE, true); // max_discard_sectors
  view.setUint32(40, 1, true); // max_discard_seg
  view.setUint32(44, 1, true); // discard_sector_alignment
  view.setUint32(48, MAX_RANGE, true); // max_write_zeroes_sectors
  view.setUint32(52, 1, true); // max_write_zeroes_seg
  return bytes;
}
