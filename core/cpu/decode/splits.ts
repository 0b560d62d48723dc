/**
 * Where decoded blocks must begin, by the low 12 bits of addresses: at breakpoints for as long as they are set, and at places
 * of steps until there are many of them.
 */
import type { CodeCache } from './code-cache.ts';

/** Temporary places before they are forgotten. A few cost nothing, and the code that was decoded for them is as good as any. */
const MANY = 256;

export interface Splits {
  has(linear: number): boolean;
  /** Replaces the places that stay. Those that go are split like temporary ones. */
  keep(pageOffsets: ReadonlySet<number>): void;
  /** Adds temporary places. */
  add(pageOffsets: Iterable<number>): void;
  /** Forgets the temporary places, if there are many; @param all even if there are few */
  forget(all?: boolean): void;
}

export function createSplits(cache: CodeCache): Splits {
  const split = new Uint8Array(0x1000);
  let kept: ReadonlySet<number> = new Set();
  let temporary = 0;

  /** Returns how many there are more now. */
  function splitAt(pageOffsets: Iterable<number>): number {
    const added = new Set<number>();
    for (const offset of pageOffsets) if (split[offset] === 0) added.add(offset);
    for (const offset of added) split[offset] = 1;
    cache.split(added);
    return added.size;
  }
  function forget(all = false): void {
    if (temporary < (all ? 1 : MANY)) return;
    temporary = 0;
    split.fill(0);
    for (const offset of kept) split[offset] = 1;
    cache.clear();
  }

  return {
    has: (linear) => split[linear & 0xfff] !== 0,
    keep(pageOffsets) {
      temporary += kept.size;
      kept = pageOffsets;
      splitAt(pageOffsets);
      forget();
    },
    add(pageOffsets) {
      temporary += splitAt(pageOffsets);
    },
    forget,
  };
}
