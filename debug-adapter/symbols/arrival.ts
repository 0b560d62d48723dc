/**
 * The content of a compressed section that comes while it is used already: a kernel's units are 150 MiB of one stream, which has one
 * beginning, and the answer to a question stands somewhere in it. Owns how much is there and who waits for more; what arrives never
 * changes.
 */
import type { Pieces } from './pieces.ts';

export class Arrival {
  /** Of the whole size from the beginning on. */
  readonly content: Uint8Array;
  /** Bytes that are there. */
  length = 0;
  /** Nothing more comes: everything is there, or the stream is damaged. */
  over = false;
  private waiting: (() => void)[] = [];

  /** @param finish all of the content at once, on the thread that asks; throws where the stream is damaged */
  constructor(
    content: Uint8Array,
    private readonly finish: () => Uint8Array,
  ) {
    this.content = content;
  }

  /** The first `length` bytes are in `content`. */
  grow(length: number): void {
    if (length <= this.length) return;
    this.length = length;
    this.over ||= length === this.content.length;
    this.wake();
  }

  end(): void {
    this.over = true;
    this.wake();
  }

  /** Lets others have their turn until there is more; who cannot wait goes on with what there is. */
  *more(): Pieces<void> {
    if (!this.over) yield new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Has the rest now: the thread does nothing else meanwhile. */
  finishNow(): void {
    if (this.over) return;
    try {
      this.content.set(this.finish());
      this.length = this.content.length;
    } catch {
      // What is wrong is said by who waits for the stream.
    }
    this.end();
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const go of waiting) go();
  }
}
