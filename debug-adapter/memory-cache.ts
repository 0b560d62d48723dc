/**
 * Guest memory for code that cannot wait: the unwinder and the evaluators read synchronously from pages (and model-specific
 * registers) that were fetched; one that is missing is noted and the whole computation runs again once it has arrived.
 *
 * Valid for one stop: `clear` when the machine runs or memory is written. What the machine has been asked already, or has said by
 * itself (`looks.ts`), needs no fetching.
 */
import type { CoroutineId, Space } from '../core/protocol/machine-protocol.ts';
import { nameOfSpace } from './looks.ts';
import type { MachineClient } from './machine-client.ts';
import type { Soon } from './soon.ts';

/** The machine that is asked. */
type Machine = Pick<MachineClient, 'request' | 'known'>;

const PAGE = 0x1000;
const PAGE_BITS = 12;
/** Rounds of fetching before a computation is given up: each must bring at least one new page. */
const MAX_ROUNDS = 10_000;

const MISSING = Symbol('memory not fetched yet');

/** Reads up to `length` bytes at a linear address; shorter at a hole, `undefined` when nothing is readable. */
export type SyncReader = (address: number, length: number) => Uint8Array | undefined;

/** The pages of a space by their numbers; shorter than a page when it ends in a hole. */
interface Pages {
  readonly space: Space;
  readonly name: string;
  readonly pages: Map<number, Uint8Array>;
}

export class MemoryCache {
  /** By the names of the spaces. */
  private spaces = new Map<string, Pages>();
  /** By index; `undefined` for what the processor does not have. */
  private readonly msrs = new Map<number, Uint8Array | undefined>();
  /** Of the address spaces that coroutines have at the moment. */
  private readonly readers = new Map<CoroutineId, SyncReader>();
  /** What to fetch, by what it is. */
  private missing = new Map<string, () => Promise<void>>();
  private isComputing = false;

  constructor(private readonly machine: Machine) {}

  clear(): void {
    // A page that is on its way goes to those of then.
    if (this.spaces.size > 0) this.spaces = new Map();
    this.msrs.clear();
  }

  /**
   * A synchronous reader of a coroutine's memory, to be used inside `compute` only.
   * @param cr3 of one of its address spaces; that which it has now when absent
   */
  reader(coroutine: CoroutineId, cr3?: number): SyncReader {
    const known = cr3 === undefined ? this.readers.get(coroutine) : undefined;
    if (known) return known;
    const reader = this.readerOf({ kind: 'coroutine', coroutine, cr3 });
    if (cr3 === undefined) this.readers.set(coroutine, reader);
    return reader;
  }

  /** The same for physical memory. */
  readonly readPhysical: SyncReader = this.readerOf({ kind: 'physical' });

  /** The eight bytes of a model-specific register, inside `compute` only; `undefined` when there is none of that number. */
  readMsr(index: number): Uint8Array | undefined {
    if (this.msrs.has(index)) return this.msrs.get(index);
    this.missing.set(`msr ${index}`, async () => {
      const { bytes } = await this.machine.request('readMsr', { index });
      this.msrs.set(index, bytes);
    });
    return throwMissing();
  }

  /** Inside `compute`: something else than memory that the computation needs; it runs again when it is there. Elsewhere nothing. */
  await(what: string, fetch: () => Promise<void>): void {
    if (!this.isComputing) return;
    this.missing.set(what, fetch);
    throwMissing();
  }

  /** Runs `work` until all memory it reads is there. */
  async compute<T>(work: () => T): Promise<T> {
    return this.computeSoon(work);
  }

  /** The same, over at once when all of it is there. */
  computeSoon<T>(work: () => T): Soon<T> {
    const first = this.attempt(work);
    return first ? first.result : this.computeLater(work);
  }

  private async computeLater<T>(work: () => T): Promise<T> {
    for (let round = 1; round < MAX_ROUNDS; round++) {
      await Promise.all([...this.missing.values()].map((fetch) => fetch()));
      const found = this.attempt(work);
      if (found) return found.result;
    }
    throw new Error('The computation reads too much memory.');
  }

  /** @returns undefined if something was missing */
  private attempt<T>(work: () => T): { readonly result: T } | undefined {
    if (this.missing.size > 0) this.missing = new Map();
    this.isComputing = true;
    try {
      const result = work();
      return this.missing.size === 0 ? { result } : undefined;
    } catch (error) {
      if (error !== MISSING) throw error;
      return undefined;
    } finally {
      this.isComputing = false;
    }
  }

  private pagesOf(name: string, space: Space): Pages {
    let known = this.spaces.get(name);
    if (!known) this.spaces.set(name, (known = { space, name, pages: new Map() }));
    return known;
  }

  private readerOf(space: Space): SyncReader {
    const name = nameOfSpace(space);
    return (address, length) => this.read(this.pagesOf(name, space), address >>> 0, length);
  }

  private async fetch({ space, pages }: Pages, number: number): Promise<void> {
    const { bytes } = await this.machine.request('readMemory', pageOf(space, number));
    pages.set(number, bytes);
  }

  private page({ space, pages }: Pages, number: number): Uint8Array | undefined {
    const page = pages.get(number);
    if (page) return page;
    const known = this.machine.known('readMemory', pageOf(space, number));
    if (known) pages.set(number, known.bytes);
    return known?.bytes;
  }

  private read(space: Pages, address: number, length: number): Uint8Array | undefined {
    const only = this.page(space, address >>> PAGE_BITS);
    const offset = address & (PAGE - 1);
    if (only && offset + length <= only.length) return only.slice(offset, offset + length);
    return this.readPages(space, address, length);
  }

  private readPages(space: Pages, address: number, length: number): Uint8Array | undefined {
    const result = new Uint8Array(length);
    let done = 0;
    let incomplete = false;
    while (done < length) {
      const at = (address + done) >>> 0;
      const number = Math.floor(at / PAGE);
      const page = this.page(space, number);
      const size = Math.min(length - done, PAGE - (at % PAGE));
      if (!page) {
        this.missing.set(`${space.name}:${number}`, () => this.fetch(space, number));
        incomplete = true;
      } else {
        const piece = page.subarray(at % PAGE, (at % PAGE) + size);
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

const pageOf = (space: Space, number: number) => ({ space, address: number * PAGE, length: PAGE });

function throwMissing(): never {
  // Not an Error: caught by `compute` and never seen outside.
  throw MISSING;
}
