/**
 * Long work in pieces: a generator that yields wherever others may have their turn. Who can wait lets it go on in slices between which
 * the thread does other things (`inTurns`); who cannot has all of it at once (`atOnce`). What such work makes is kept by whom it
 * belongs to when it is complete, so asking in turns first makes the question cheap for who asks at once. Work that others do meanwhile is
 * yielded as a promise; `atOnce` does not wait for it, so the generator must do without.
 */
import { SymbolError } from './errors.ts';

export type Pieces<T> = Generator<Promise<void> | undefined, T, undefined>;

/** Milliseconds of such work before others get their turn. */
const SLICE_MS = 8;

/** The clock, and the end of the queue of what the thread has to do. */
export interface Turns {
  now(): number;
  /** Settles when what was waiting has had its turn. */
  next(): Promise<void>;
}

/** What Node has and browsers have not: no timer's delay between two turns. */
const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void };

const THREAD: Turns = {
  now: () => performance.now(),
  next: () =>
    new Promise((resolve) => {
      if (setImmediate) setImmediate(resolve);
      else setTimeout(resolve);
    }),
};

let coming: Promise<void> | undefined;

/** Settles when what was waiting for this thread has had its turn: at once for all who ask before that. */
export function nextTurn(): Promise<void> {
  return (coming ??= THREAD.next().then(() => {
    coming = undefined;
  }));
}

/** `guarded` (errors.ts) for work in pieces. */
export function* guardedPieces<T>(
  work: Pieces<T>,
  fallback: T,
  report: (error: SymbolError) => void,
): Pieces<T> {
  try {
    return yield* work;
  } catch (error) {
    if (!(error instanceof SymbolError)) throw error;
    report(error);
    return fallback;
  }
}

/** All of it now. */
export function atOnce<T>(work: Pieces<T>): T {
  for (;;) {
    const piece = work.next();
    if (piece.done) return piece.value;
  }
}

/** A slice at a time. Rejects with what the work throws. */
export async function inTurns<T>(work: Pieces<T>, turns = THREAD): Promise<T> {
  for (;;) {
    const until = turns.now() + SLICE_MS;
    do {
      const piece = work.next();
      if (piece.done) return piece.value;
      if (piece.value) await piece.value;
    } while (turns.now() < until);
    await turns.next();
  }
}
