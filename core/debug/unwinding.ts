/**
 * Functions that take calls off the stack without returning from them (longjmp): a step that waits for such a call has to see where
 * they lead. Each is run under a guard from its entry on, to the branch that leaves it with a higher stack than it was entered with.
 */
import { branchPlace } from '../cpu/branch-log.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { Pass, type StepGuard } from '../cpu/guard.ts';
import { ESP } from '../cpu/state.ts';

/** Columns of the functions' rows: the first address, and the one behind the last. */
const ROW = 2;
const NONE = new Uint32Array(0);

export interface Unwinding {
  /** Ends a run where the function has led. */
  readonly guard: StepGuard;
}

export interface Unwinders {
  readonly entries: readonly number[];
  /** The function that is about to run. @returns nothing for an address that is no entry */
  at(linear: number): Unwinding | undefined;
}

/**
 * @param holds the coroutine and the program of the step have the processor
 * @param functions rows of two linear addresses
 */
export function createUnwinders(
  { views }: Cpu,
  holds: () => boolean,
  functions: Uint32Array = NONE,
): Unwinders {
  const { reg32, branches } = views;
  const entries = Array.from(functions).filter((_, n) => n % ROW === 0);

  /** One may call another one to do it. */
  const isInside = (address: number) =>
    entries.some((low, n) => address >= low && address < functions[n * ROW + 1]);

  return {
    entries,
    at(linear) {
      if (!entries.includes(linear)) return undefined;
      const stack = reg32[ESP] >>> 0;
      return {
        guard(to) {
          const at = branchPlace(views, 0);
          const isLeaving = isInside(branches[at] >>> 0) && branches[at + 1] >>> 0 === to && !isInside(to);
          return isLeaving && holds() && reg32[ESP] >>> 0 > stack ? Pass.No : Pass.Once;
        },
      };
    },
  };
}
