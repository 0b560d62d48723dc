/**
 * Which code keeps changing. A region with a block whose bytes are written is stale as a whole, and while it waits for its batch it
 * is not even made; so code that is rewritten again and again stays out of regions that begin elsewhere, and waits longer for one of
 * its own.
 *
 * Code that is made anew at the same place is hot by the runs of all that stood there. It is not even decoded, for then each write to its
 * page would cost a look: what has become hot is looked at once more some runs later, and must be the same.
 */
import type { Heat } from '../cpu/direct/heat.ts';
import { PAGE_SIZE } from '../memory/layout.ts';
import type { FoundRegion } from './region.ts';

/** A page whose code has changed so often is left out. */
const UNSTEADY = 4;
/** After so many instructions without a change, a page is like any other: it may hold something else by now. */
const FORGIVEN = 5_000_000;
/** Pages that are remembered. */
const MOST_PAGES = 4096;
/** So many runs lie between two looks at code, and twice as many for each change of its page. */
const LEAST_RUNS = 64;
const MOST_DOUBLINGS = 3;
/** Bytes that are looked at. */
const LOOKED_AT = 32;
/** Places that are remembered of which a second look is to be taken. */
const MOST_PLACES = 0x1_0000;

export interface Steadiness {
  /** A region cannot be used any more, or cannot be made: the pages of its blocks that have changed are to blame. */
  blame(region: FoundRegion): void;
  /** How often code on the page of a physical address has changed of late. */
  changes(physical: number): number;
  isUnsteady(physical: number): boolean;
  /** Is hot code that nobody has decoded the same as for some runs? If not, it is to become hot once more. */
  isSettled(physical: number): boolean;
  forget(): void;
}

/**
 * @param now the instructions that have run
 * @param hot how often code has run that is looked at. Where that is after a few runs, whatever is hot is settled
 */
export function createSteadiness(now: () => number, ram: Uint8Array, heat: Heat, hot: number): Steadiness {
  /** By physical page: how often it has changed, and when last. */
  const pages = new Map<number, { readonly count: number; readonly at: number }>();

  function changes(physical: number): number {
    const known = pages.size === 0 ? undefined : pages.get(physical >>> 12);
    return known && now() - known.at < FORGIVEN ? known.count : 0;
  }
  function blame(physical: number): void {
    pages.set(physical >>> 12, { count: changes(physical) + 1, at: now() });
    if (pages.size > MOST_PAGES) pages.clear();
  }

  /** What was seen at a physical address, as a hash. */
  const seen = new Map<number, number>();
  function hashOf(physical: number): number {
    const end = Math.min(physical + LOOKED_AT, (physical & -PAGE_SIZE) + PAGE_SIZE);
    let hash = 0;
    for (let at = physical; at < end; at++) hash = Math.imul(hash ^ ram[at]!, 0x0100_0193) ^ (hash >>> 15);
    return hash;
  }
  function isSettled(physical: number): boolean {
    const runs = LEAST_RUNS << Math.min(changes(physical), MOST_DOUBLINGS);
    if (runs >= hot) return true;
    const hash = hashOf(physical);
    const before = seen.get(physical);
    if (before === hash) {
      seen.delete(physical);
      return true;
    }
    if (before !== undefined) blame(physical);
    if (seen.size >= MOST_PLACES) seen.clear();
    seen.set(physical, hash);
    heat.set(physical, before === undefined ? hot - runs : 0);
    return false;
  }

  return {
    isSettled,
    changes,
    forget() {
      pages.clear();
      seen.clear();
    },
    isUnsteady: (physical) => changes(physical) >= UNSTEADY,
    blame({ blocks }) {
      const changed = new Set<number>();
      for (const { source } of blocks) if (!source.valid) changed.add(source.physical & -0x1000);
      changed.forEach(blame);
    },
  };
}
