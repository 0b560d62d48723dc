/*
 * Owns what a block device asks of whatever holds its sectors, and the disk that lives in the machine: an image that is
 * never changed under an overlay that takes the writes. A backend outside of the machine answers later; its answers
 * enter through the input log (core/machine/outside.ts), so that a run stays a function of its inputs.
 */

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

/** Bytes of a piece of the overlay. */
const CLUSTER = 4096;
const NOTHING = new Uint8Array(CLUSTER);

/** Saved state: the clusters that were written, by number. */
export type MemoryDiskState = readonly (readonly [cluster: number, bytes: Uint8Array])[];

/** A disk in memory. */
export class MemoryDisk implements BlockBackend {
  readonly sectors: number;
  readonly readOnly: boolean;
  readonly #image: Uint8Array;
  readonly #overlay = new Map<number, Uint8Array>();

  /** @param image a whole number of sectors; it is not copied and never written */
  constructor(image: Uint8Array, readOnly: boolean) {
    if (image.length % SECTOR !== 0) {
      throw new RangeError(`A disk of ${image.length} bytes has no whole number of sectors.`);
    }
    this.#image = image;
    this.sectors = image.length / SECTOR;
    this.readOnly = readOnly;
  }

  submit(_id: number, operation: BlockOperation): BlockOutcome {
    switch (operation.kind) {
      case 'read':
        return { ok: true, data: this.read(operation.sector, operation.count) };
      case 'write':
        this.#write(operation.sector * SECTOR, operation.data);
        break;
      case 'zero':
      case 'discard':
        this.#zero(operation.sector * SECTOR, operation.count * SECTOR);
        break;
      case 'flush':
    }
    return { ok: true };
  }

  /** A copy of some sectors as they are now. */
  read(sector: number, count: number): Uint8Array {
    const start = sector * SECTOR;
    const bytes = this.#image.slice(start, start + count * SECTOR);
    this.#clusters(start, bytes.length, (cluster, within, at, size) => {
      const written = this.#overlay.get(cluster);
      if (written) bytes.set(written.subarray(within, within + size), at);
    });
    return bytes;
  }

  save(): MemoryDiskState {
    return [...this.#overlay].sort(([a], [b]) => a - b).map(([n, bytes]) => [n, bytes.slice()]);
  }

  restore(state: unknown): void {
    this.#overlay.clear();
    for (const [cluster, bytes] of state as MemoryDiskState) this.#overlay.set(cluster, bytes.slice());
  }

  #write(start: number, data: Uint8Array): void {
    this.#clusters(start, data.length, (cluster, within, at, size) => {
      this.#own(cluster).set(data.subarray(at, at + size), within);
    });
  }

  /** Whole clusters of zeros are all the same one. */
  #zero(start: number, length: number): void {
    this.#clusters(start, length, (cluster, within, _at, size) => {
      if (size === CLUSTER) this.#overlay.set(cluster, NOTHING);
      else this.#own(cluster).fill(0, within, within + size);
    });
  }

  /** The overlay's cluster, with what was there before. */
  #own(cluster: number): Uint8Array {
    let bytes = this.#overlay.get(cluster);
    if (bytes && bytes !== NOTHING) return bytes;
    bytes = new Uint8Array(CLUSTER);
    if (!this.#overlay.has(cluster))
      bytes.set(this.#image.subarray(cluster * CLUSTER, (cluster + 1) * CLUSTER));
    this.#overlay.set(cluster, bytes);
    return bytes;
  }

  #clusters(
    start: number,
    length: number,
    use: (cluster: number, within: number, at: number, size: number) => void,
  ): void {
    for (let done = 0; done < length;) {
      const within = (start + done) % CLUSTER;
      const size = Math.min(length - done, CLUSTER - within);
      use(Math.floor((start + done) / CLUSTER), within, done, size);
      done += size;
    }
  }
}
