/**
 * What the symbol reader needs of the adapter's surroundings, and the work on symbols that goes on beside the
 * session: the index of names of a large program is built in slices, with progress that the user can cancel.
 */
import { say, tell, type Translate } from '../core/sentences/say.ts';
import type { AdapterHost } from './adapter-host.ts';
import type { SendEvent } from './protocol.ts';
import type { MemoryCache } from './memory-cache.ts';
import { buildIndex, type SymbolFiles } from './symbols/load.ts';
import { inTurns } from './symbols/pieces.ts';
import type { SymbolImage } from './symbols/image.ts';

export function symbolFiles(host: AdapterHost): SymbolFiles {
  return {
    read: (path) => host.readFile(path).catch(() => undefined),
    debugFolders: host.debugFolders ?? [],
    cache: host.symbolCache,
    ...(host.inflate && { inflate: host.inflate }),
  };
}

/** Computations that ask for what is not indexed yet wait for it, and nobody else does. */
export function makePatient(image: SymbolImage, memory: MemoryCache): void {
  image.interruptQuestions((what, work) => {
    memory.await(`${what} of ${image.name}`, () => inTurns(work()));
  });
}

/** Percent between two updates of a progress bar. */
const PROGRESS_STEP = 5;

/** The indexing of a session's images. */
export class SymbolIndexing {
  private readonly ending = new AbortController();

  /** `send` gets progress events; undefined when the client shows none. */
  constructor(
    private readonly host: AdapterHost,
    private readonly send: SendEvent | undefined,
    private readonly translate: Translate,
  ) {}

  /** Prepares the images, and indexes those that are worth it, one after the other. Never rejects; ends when `stop` is called. */
  async run(images: readonly (SymbolImage | undefined)[]): Promise<void> {
    for (const image of images) if (image) await inTurns(image.prepare());
    for (const image of images) {
      if (!image || image.index.isComplete || image.index.key === undefined) continue;
      await this.index(image);
    }
  }

  private async index(image: SymbolImage): Promise<void> {
    const progressId = `index ${image.name}`;
    let shown = 0;
    this.send?.('progressStart', {
      progressId,
      title: tell(say`Indexing the symbols of ${image.name}`, this.translate),
    });
    await buildIndex(image, this.host.symbolCache, this.ending.signal, (share) => {
      const percentage = Math.floor(share * 100);
      if (percentage < shown + PROGRESS_STEP) return;
      shown = percentage;
      this.send?.('progressUpdate', { progressId, percentage });
    });
    this.send?.('progressEnd', { progressId });
  }

  stop(): void {
    this.ending.abort();
  }
}
