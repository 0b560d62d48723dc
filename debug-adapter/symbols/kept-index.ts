/** The index of names of an image, as it is built bit by bit and kept between sessions. */
import type { DebugInfo } from './debug-info.ts';
import { decodeNameTable, encodeNameTable } from './index-file.ts';
import type { NameIndex } from './name-index.ts';
import type { Pieces } from './pieces.ts';

/** Bytes of debug information from which on the index of names is worth keeping. */
const WORTH_KEEPING = 4 << 20;

export class KeptIndex {
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

  /** Builds it to the end. */
  *build(): Pieces<void> {
    while (this.step() < 1) yield;
  }

  /**
   * Who asks for what needs the index while it is not complete is told to ask again: `interrupt` throws, and has it built meanwhile. If it
   * returns, the question finishes the index at once.
   */
  interruptQuestions(interrupt: () => void): void {
    this.names.beforeFinishing = interrupt;
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
