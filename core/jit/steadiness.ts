/**
 * Which code keeps changing. A region with a block whose bytes are written is stale as a whole, and while it waits for its batch it
 * is not even made; so code that is rewritten again and again stays out of regions that begin elsewhere, and waits longer for one of
 * its own.
 */
import type { FoundRegion } from './region.ts';

/** A page whose code has changed so often is left out. */
const UNSTEADY = 4;
/** After so many instructions without a change, a page is like any other: it may hold something else by now. */
const FORGIVEN = 5_000_000;
/** Pages that are remembered. */
const MOST_PAGES = 4096;

export interface Steadiness {
  /** A region cannot be used any more, or cannot be made: the pages of its blocks that have changed are to blame. */
  blame(region: FoundRegion): void;
  /** How often code on the page of a physical address has changed of late. */
  changes(physical: number): number;
  isUnsteady(physical: number): boolean;
  forget(): void;
}

/** @param now the instructions that have run */
export function createSteadiness(now: () => number): Steadiness {
  /** By physical page: how often it has changed, and when last. */
  const pages = new Map<number, { readonly count: number; readonly at: number }>();

  function changes(physical: number): number {
    const known = pages.size === 0 ? undefined : pages.get(physical >>> 12);
    return known && now() - known.at < FORGIVEN ? known.count : 0;
  }
  return {
    changes,
    forget: () => {
      pages.clear();
    },
    isUnsteady: (physical) => changes(physical) >= UNSTEADY,
    blame({ blocks }) {
      const changed = new Set<number>();
      for (const { source } of blocks) if (!source.valid) changed.add(source.physical & -0x1000);
      if (pages.size + changed.size > MOST_PAGES) pages.clear();
      for (const physical of changed) pages.set(physical >>> 12, { count: changes(physical) + 1, at: now() });
    },
  };
}
