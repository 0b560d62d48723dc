/*
 * Owns what a block device asks of whatever holds its sectors, and the disk that lives in the machine: an image that is
 * never changed under an overlay that takes the writes. A backend outside of the machine answers later; its answers
 * enter through the input log (core/machine/outside.ts), so that a run stays a function of its inputs.
 */

import { Overlay, type OverlayState } from '../../images/overlay.ts';

/** Unit of addresses and lengths, whatever the block size of a file system is. */
export const SECTOR = 512;

/** What a driver may ask for. `data` is a whole number of sectors. */
export type BlockOperation =
  | { readonly kind: 'read'; readonly sector: number; readonly count: number }
  | { readonly kind: 'write'; readonly sector: number; readonly data: Uint8Array }
  /** `discard`: the contents do not matter any more. */
  | { readonly kind: 'zero' | 'discard'; readonly sector: number; readonly count: number }
  /** Everything written so far is to be safe. */
  | { readonly kind: 'flush' };

/** What came of it. `data` is what a read found, all of it. */
export type BlockOutcome = { readonly ok: true; readonly data?: Uint8Array } | { readonly ok: false };

/** Holds the sectors of one disk. Ranges are inside the disk when they get here, and nothing is written when `readOnly`. */
export interface BlockBackend {
  readonly sectors: number;
  readonly readOnly: boolean;
  /** Does it at once; or returns `undefined` and has `VirtioBlk.complete` called with `id` later. */
  submit(id: number, operation: BlockOperation): BlockOutcome | undefined;
  /** What it holds beyond its configuration; `null` when that is outside of the machine. */
  save(): unknown;
  restore(state: unknown): void;
}

/** Performs what a driver asks for on an image that is not changed. */
export function performOnOverlay(overlay: Overlay, operation: BlockOperation): BlockOutcome {
  switch (operation.kind) {
    case 'read':
      return { ok: true, data: overlay.read(operation.sector * SECTOR, operation.count * SECTOR) };
    case 'write':
      overlay.write(operation.sector * SECTOR, operation.data);
      break;
    case 'zero':
    case 'discard':
      overlay.zero(operation.sector * SECTOR, operation.count * SECTOR);
      break;
    case 'flush':
  }
  return { ok: true };
}

/** A disk in memory. */
export class MemoryDisk implements BlockBackend {
  readonly sectors: number;
  readonly readOnly: boolean;
  readonly #overlay: Overlay;

  /** @param image a whole number of sectors; it is not copied and never written */
  constructor(image: Uint8Array, readOnly: boolean) {
    if (image.length % SECTOR !== 0) {
      throw new RangeError(`A disk of ${image.length} bytes has no whole number of sectors.`);
    }
    this.#overlay = new Overlay((start, length) => image.slice(start, start + length));
    this.sectors = image.length / SECTOR;
    this.readOnly = readOnly;
  }

  submit(_id: number, operation: BlockOperation): BlockOutcome {
    return performOnOverlay(this.#overlay, operation);
  }

  /** A copy of some sectors as they are now. */
  read(sector: number, count: number): Uint8Array {
    return this.#overlay.read(sector * SECTOR, count * SECTOR);
  }

  save(): OverlayState {
    return this.#overlay.save();
  }

  restore(state: unknown): void {
    this.#overlay.restore(state as OverlayState);
  }
}
