/**
 * Where decoded blocks must begin, because the run loop may have to stop there.
 *
 * Breakpoints are linear addresses, blocks belong to physical pages: a page gets the places of a linear page when code is about to
 * run there, and its blocks that cover one of them are dropped then. So a breakpoint costs nothing on other pages. The places
 * of steps hold for every page by their low 12 bits, until there are many of them.
 */
import { PAGE_SIZE } from '../../memory/layout.ts';
import type { CodeCache } from './code-cache.ts';

/** Temporary places before they are forgotten. A few cost nothing, and the code that was decoded for them is as good as any. */
const MANY = 256;

export interface Splits {
  /** Must a block begin here? */
  has(linear: number, physical: number): boolean;
  /** Code of a physical page is about to run, or to be translated, at a linear address. */
  meet(linear: number, physical: number): void;
  /** Replaces the addresses that stay. Those that go are split like temporary ones. */
  keep(linear: readonly number[], physical: readonly number[]): void;
  /** Adds temporary places, by the low 12 bits of addresses. */
  add(pageOffsets: Iterable<number>): void;
  /** Forgets the temporary places, if there are many; @param all even if there are few */
  forget(all?: boolean): void;
}

/** Places of a page, by page number. */
type Places = Map<number, Set<number>>;

const pageOf = (address: number) => address >>> 12;
const offsetOf = (address: number) => address & (PAGE_SIZE - 1);

function placesOf(addresses: readonly number[]): Places {
  const places: Places = new Map();
  for (const address of addresses) {
    const page = pageOf(address);
    const known = places.get(page) ?? new Set();
    places.set(page, known.add(offsetOf(address)));
  }
  return places;
}

/** What the bytes of `stops` say of their place: of every page, and of a page that has been named. Another bit is `direct/assembly`'s. */
const EVERYWHERE = 1;
const SOMEWHERE = 2;

/**
 * @param stops one byte for each place in a page: those where some block must begin are not 0
 * @param stopPages by the low bits of page numbers: those of pages that have been named are not 0
 * @param everywhere one byte: not 0 while a place is one of every page
 */
export function createSplits(
  cache: CodeCache,
  stops: Uint8Array,
  stopPages: Uint8Array,
  everywhere: Uint8Array,
): Splits {
  let kept: { readonly linear: readonly number[]; readonly physical: readonly number[] } = {
    linear: [],
    physical: [],
  };
  /** By linear page. */
  let wanted: Places = new Map();
  /** By physical page: those of the linear pages that it was met at, and what was set for it itself. */
  let met: Places = new Map();
  let temporary = 0;

  /** Returns how many there are more now. */
  function splitAt(pageOffsets: Iterable<number>): number {
    let added: Set<number> | undefined;
    for (const offset of pageOffsets)
      if ((stops[offset]! & EVERYWHERE) === 0) (added ??= new Set()).add(offset);
    if (!added) return 0;
    for (const offset of added) stops[offset]! |= EVERYWHERE;
    everywhere[0] = 1;
    cache.split(added);
    return added.size;
  }
  function forget(all = false): void {
    if (temporary < (all ? 1 : MANY)) return;
    temporary = 0;
    for (let offset = 0; offset < PAGE_SIZE; offset++) stops[offset]! &= ~EVERYWHERE;
    everywhere[0] = 0;
    cache.clear();
  }
  const without = (all: readonly number[], others: readonly number[]) => {
    const known = new Set(others);
    return all.filter((address) => !known.has(address));
  };

  return {
    has: (linear, physical) =>
      (stops[offsetOf(linear)]! & EVERYWHERE) !== 0 ||
      (met.size > 0 && met.get(pageOf(physical))?.has(offsetOf(physical)) === true),
    meet(linear, physical) {
      const places = wanted.size === 0 ? undefined : wanted.get(pageOf(linear));
      if (!places) return;
      const page = pageOf(physical);
      const known = met.get(page) ?? new Set();
      const added = new Set([...places].filter((place) => !known.has(place)));
      if (added.size === 0) return;
      met.set(page, new Set([...known, ...added]));
      cache.split(added, page);
    },
    keep(linear, physical) {
      const added = [...without(linear, kept.linear), ...without(physical, kept.physical)];
      temporary += without(kept.linear, linear).length + without(kept.physical, physical).length;
      kept = { linear, physical };
      wanted = placesOf(linear);
      met = placesOf(physical);
      for (let offset = 0; offset < PAGE_SIZE; offset++) stops[offset]! &= ~SOMEWHERE;
      stopPages.fill(0);
      for (const address of [...linear, ...physical]) {
        stops[offsetOf(address)]! |= SOMEWHERE;
        stopPages[pageOf(address) % stopPages.length] = 1;
      }
      cache.split(new Set(added.map(offsetOf)));
      forget();
    },
    add(pageOffsets) {
      temporary += splitAt(pageOffsets);
    },
    forget,
  };
}
