/*
 * Owns what has been written over an image that itself stays as it is (copy on write): clusters of 4 KiB, each copied
 * when a part of it is first written. What has not been written is read from the image by a function that its owner
 * gives.
 */

const CLUSTER = 4096;
const ZEROS = new Uint8Array(CLUSTER);

/** Saved state: the clusters that were written, by number. */
export type OverlayState = readonly (readonly [cluster: number, bytes: Uint8Array])[];

/** Reads `length` bytes of the image at `start`, fewer at its end. The bytes belong to the caller. */
export type ReadImage = (start: number, length: number) => Uint8Array;

/** A changeable view of an image that is not changed. Ranges must lie inside the image. */
export class Overlay {
  readonly #read: ReadImage;
  readonly #clusters = new Map<number, Uint8Array>();

  constructor(read: ReadImage) {
    this.#read = read;
  }

  read(start: number, length: number): Uint8Array {
    const bytes = this.#read(start, length);
    this.#pieces(start, length, (cluster, within, at, size) => {
      const written = this.#clusters.get(cluster);
      if (written) bytes.set(written.subarray(within, within + size), at);
    });
    return bytes;
  }

  write(start: number, data: Uint8Array): void {
    this.#pieces(start, data.length, (cluster, within, at, size) => {
      this.#own(cluster).set(data.subarray(at, at + size), within);
    });
  }

  /** Whole clusters of zeros cost nothing. */
  zero(start: number, length: number): void {
    this.#pieces(start, length, (cluster, within, _at, size) => {
      if (size === CLUSTER) this.#clusters.set(cluster, ZEROS);
      else this.#own(cluster).fill(0, within, within + size);
    });
  }

  save(): OverlayState {
    return [...this.#clusters].sort(([a], [b]) => a - b).map(([n, bytes]) => [n, bytes.slice()]);
  }

  restore(state: OverlayState): void {
    this.#clusters.clear();
    for (const [cluster, bytes] of state) this.#clusters.set(cluster, bytes.slice());
  }

  /** A cluster that may be written, with what was there before. */
  #own(cluster: number): Uint8Array {
    const old = this.#clusters.get(cluster);
    if (old && old !== ZEROS) return old;
    const bytes = new Uint8Array(CLUSTER);
    if (!old) bytes.set(this.#read(cluster * CLUSTER, CLUSTER));
    this.#clusters.set(cluster, bytes);
    return bytes;
  }

  #pieces(
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
