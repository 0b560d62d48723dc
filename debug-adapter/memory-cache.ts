/**
 * Guest memory for code that cannot wait: the unwinder and the evaluators read synchronously from pages (and model-specific
 * registers) that were fetched; one that is missing is noted and the whole computation runs again once it has arrived.
 *
 * Valid for one stop: `clear` when the machine runs or memory is written.
 */
import type { CoroutineId, Space } from '../core/protocol/machine-protocol.ts';
import type { MachineClient } from './machine-client.ts';

const PAGE = 0x1000;
/** Rounds of fetching before a computation is given up: each must bring at least one new page. */
const MAX_ROUNDS = 10_000;

const MISSING = Symbol('memory not fetched yet');

/** Reads up to `length` bytes at a linear address; shorter at a hole, `undefined` when nothing is readable. */
export type SyncReader = (address: number, length: number) => Uint8Array | undefined;

export class MemoryCache {
  /** Page bytes by space and page number; shorter than a page when it ends in a hole. */
  private readonly pages = new Map<string, Uint8Array>();
  /** By index; `undefined` for what the processor does not have. */
  private readonly msrs = new Map<number, Uint8Array | undefined>();
  /** What to fetch, by what it is. */
  private missing = new Map<string, () => Promise<void>>();

  constructor(private readonly client: MachineClient) {}

  clear(): void {
    this.pages.clear();
    this.msrs.clear();
  }

  /**
   * A synchronous reader of a coroutine's memory, to be used inside `compute` only.
   * @param cr3 of one of its address spaces; that which it has now when absent
   */
  reader(coroutine: CoroutineId, cr3?: number): SyncReader {
    return (address, length) => this.read({ kind: 'coroutine', coroutine, cr3 }, address >>> 0, length);
  }

  /** The same for physical memory. */
  readonly readPhysical: SyncReader = (address, length) =>
    this.read({ kind: 'physical' }, address >>> 0, length);

  /** The eight bytes of a model-specific register, inside `compute` only; `undefined` when there is none of that number. */
  readMsr(index: number): Uint8Array | undefined {
    if (this.msrs.has(index)) return this.msrs.get(index);
    this.missing.set(`msr ${index}`, async () => {
      const { bytes } = await this.client.request('readMsr', { index });
      this.msrs.set(index, bytes);
    });
    return throwMissing();
  }

  /** Runs `work` until all memory it reads is there. */
  async compute<T>(work: () => T): Promise<T> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      this.missing = new Map();
      let result: T | undefined;
      let complete = false;
      try {
        result = work();
        complete = true;
      } catch (error) {
        if (error !== MISSING) throw error;
      }
      if (complete && this.missing.size === 0) return result as T;
      await Promise.all([...this.missing.values()].map((fetch) => fetch()));
    }
    throw new Error('The computation reads too much memory.');
  }

  private static key(space: Space, page: number): string {
    const name = space.kind === 'coroutine' ? `${space.coroutine}/${space.cr3 ?? ''}` : space.kind;
    return `${name}:${page}`;
  }

  private async fetch(key: string, space: Space, page: number): Promise<void> {
    const request = { space, address: page * PAGE, length: PAGE };
    const { bytes } = await this.client.request('readMemory', request);
    this.pages.set(key, bytes);
  }

  private read(space: Space, address: number, length: number): Uint8Array | undefined {
    const result = new Uint8Array(length);
    let done = 0;
    let incomplete = false;
    while (done < length) {
      const at = (address + done) >>> 0;
      const page = Math.floor(at / PAGE);
      const key = MemoryCache.key(space, page);
      const bytes = this.pages.get(key);
      const size = Math.min(length - done, PAGE - (at % PAGE));
      if (!bytes) {
        this.missing.set(key, () => this.fetch(key, space, page));
        incomplete = true;
      } else {
        const piece = bytes.subarray(at % PAGE, (at % PAGE) + size);
        result.set(piece, done);
        if (piece.length < size && !incomplete)
          return done + piece.length > 0 ? result.slice(0, done + piece.length) : undefined;
      }
      done += size;
    }
    if (incomplete) throwMissing();
    return result;
  }
}

function throwMissing(): never {
  // Not an Error: caught by `compute` and never seen outside.
  throw MISSING;
}
