/** The index of names of an image, as it is built bit by bit and kept between sessions. */
import type { DebugInfo } from './debug-info.ts';
import { decodeNameTable, encodeNameTable } from './index-file.ts';
import type { NameIndex } from './name-index.ts';
import { inTurns, type Pieces } from './pieces.ts';

/** Bytes of debug information from which on the index of names is worth keeping. */
const WORTH_KEEPING = 4 << 20;

export class KeptIndex {
  /** What was kept is on its way. */
  restoring: Promise<void> | undefined;

  constructor(
    private readonly info: DebugInfo,
    private readonly names: NameIndex,
    private readonly buildId: () => string | undefined,
  ) {}

  /**
   * What it is kept under: the build-id, or a hash of the debug information, and the shape of its units; undefined when building
   * it anew is as fast as reading it.
   */
  get key(): string | undefined {
    const { info } = this;
    if (info.size < WORTH_KEEPING) return undefined;
    const identity = this.buildId() ?? `${info.size.toString(16)}-${info.contentHash().toString(16)}`;
    return `${identity}-${info.fingerprint.toString(16)}`;
  }

  get isComplete(): boolean {
    return this.names.complete !== undefined;
  }

  /** Builds a little more; gives the share that is done, 1 at the end. Queries finish it at once. */
  step(): number {
    return this.names.buildStep();
  }

  /** Takes what `read` has kept under the key of the image, as soon as there is one. */
  async restoreFrom(read: (key: string) => Promise<Uint8Array | undefined>): Promise<void> {
    await inTurns(this.info.arrive());
    const { key } = this;
    const kept = key === undefined ? undefined : await read(key);
    if (kept) this.restore(kept);
  }

  /** Waits until all units are there, and what was kept of the index. */
  *arrive(): Pieces<void> {
    yield* this.info.arrive();
    if (this.restoring) yield this.restoring;
    this.restoring = undefined;
  }

  /** Builds it to the end. */
  *build(): Pieces<void> {
    while (this.step() < 1) yield;
  }

  /** As bytes; undefined when it is not built. */
  save(): Uint8Array | undefined {
    const table = this.names.complete;
    return table && encodeNameTable(table, this.info.fingerprint);
  }

  /** Takes what `save` gave of the same file; false when it is another's or damaged. */
  restore(bytes: Uint8Array): boolean {
    const table = decodeNameTable(bytes, this.info.fingerprint, this.info.size);
    if (table) this.names.restore(table);
    return table !== undefined;
  }
}
