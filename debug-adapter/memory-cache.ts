/**
 * Guest memory for code that cannot wait: the unwinder and the evaluators read synchronously from pages (and model-specific
 * registers) that were fetched; one that is missing is noted and the whole computation runs again once it has arrived.
 *
 * Valid for one stop: `clear` when the machine runs or memory is written. What was read at one stop is mostly read at the next
 * one too, so it is fetched with the first that is missing there: one round of messages, not one for each page.
 */
import type { CoroutineId, Space } from '../core/protocol/machine-protocol.ts';
import type { MachineClient } from './machine-client.ts';

const PAGE = 0x1000;
/** Rounds of fetching before a computation is given up: each must bring at least one new page. */
const MAX_ROUNDS = 10_000;
/** Most pages that are fetched before they are asked for. */
const MAX_USUAL = 64;

const MISSING = Symbol('memory not fetched yet');

/** Reads up to `length` bytes at a linear address; shorter at a hole, `undefined` when nothing is readable. */
export type SyncReader = (address: number, length: number) => Uint8Array | undefined;

/** A page of a space. */
interface Page {
  /** Shorter than a page when it ends in a hole. */
  readonly bytes: Uint8Array;
  used: boolean;
}

/** The pages of a space by their numbers. */
interface Pages {
  readonly space: Space;
  readonly name: string;
  readonly pages: Map<number, Page>;
  /** Those that are on their way. */
  readonly coming: Map<number, Promise<void>>;
}

export class MemoryCache {
  /** By the names of the spaces. */
  private spaces = new Map<string, Pages>();
  /** What was used before the last `clear`. */
  private usual: { readonly space: Space; readonly number: number }[] = [];
  /** By index; `undefined` for what the processor does not have. */
  private readonly msrs = new Map<number, Uint8Array | undefined>();
  /** What to fetch, by what it is. */
  private missing = new Map<string, () => Promise<void>>();

  constructor(private readonly client: MachineClient) {}

  clear(): void {
    const used = [...this.spaces.values()].flatMap(({ space, pages }) =>
      [...pages].flatMap(([number, page]) => (page.used ? [{ space, number }] : [])),
    );
    // Stops in the middle of a step are not looked at.
    if (used.length > 0) this.usual = used.slice(0, MAX_USUAL);
    // A page that is on its way goes to those of then.
    this.spaces = new Map();
    this.msrs.clear();
  }

  /** Fetches the pages that were used before the last `clear`, unless that has been done. */
  async fetchUsual(): Promise<void> {
    const { usual } = this;
    this.usual = [];
    await Promise.all(
      usual.map(({ space, number }) =>
        // A coroutine of then may be gone: whoever reads its memory hears of it.
        this.fetch(this.pagesOf(nameOf(space), space), number).catch(() => undefined),
      ),
    );
  }

  /**
   * A synchronous reader of a coroutine's memory, to be used inside `compute` only.
   * @param cr3 of one of its address spaces; that which it has now when absent
   */
  reader(coroutine: CoroutineId, cr3?: number): SyncReader {
    return this.readerOf({ kind: 'coroutine', coroutine, cr3 });
  }

  /** The same for physical memory. */
  readonly readPhysical: SyncReader = this.readerOf({ kind: 'physical' });

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
      await Promise.all([...[...this.missing.values()].map((fetch) => fetch()), this.fetchUsual()]);
    }
    throw new Error('The computation reads too much memory.');
  }

  private pagesOf(name: string, space: Space): Pages {
    let known = this.spaces.get(name);
    if (!known) this.spaces.set(name, (known = { space, name, pages: new Map(), coming: new Map() }));
    return known;
  }

  private readerOf(space: Space): SyncReader {
    const name = nameOf(space);
    return (address, length) => this.read(this.pagesOf(name, space), address >>> 0, length);
  }

  private fetch({ space, pages, coming }: Pages, number: number): Promise<void> {
    let known = coming.get(number);
    if (!known) {
      const request = { space, address: number * PAGE, length: PAGE };
      known = this.client
        .request('readMemory', request)
        .then(({ bytes }) => {
          pages.set(number, { bytes, used: false });
        })
        .finally(() => {
          coming.delete(number);
        });
      coming.set(number, known);
    }
    return known;
  }

  private read(space: Pages, address: number, length: number): Uint8Array | undefined {
    const only = space.pages.get(Math.floor(address / PAGE));
    if (only && (address % PAGE) + length <= only.bytes.length) {
      only.used = true;
      return only.bytes.slice(address % PAGE, (address % PAGE) + length);
    }
    return this.readPages(space, address, length);
  }

  private readPages(space: Pages, address: number, length: number): Uint8Array | undefined {
    const result = new Uint8Array(length);
    let done = 0;
    let incomplete = false;
    while (done < length) {
      const at = (address + done) >>> 0;
      const number = Math.floor(at / PAGE);
      const page = space.pages.get(number);
      const size = Math.min(length - done, PAGE - (at % PAGE));
      if (!page) {
        this.missing.set(`${space.name}:${number}`, () => this.fetch(space, number));
        incomplete = true;
      } else {
        page.used = true;
        const piece = page.bytes.subarray(at % PAGE, (at % PAGE) + size);
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

const nameOf = (space: Space): string =>
  space.kind === 'coroutine' ? `${space.coroutine}/${space.cr3 ?? ''}` : space.kind;

function throwMissing(): never {
  // Not an Error: caught by `compute` and never seen outside.
  throw MISSING;
}
