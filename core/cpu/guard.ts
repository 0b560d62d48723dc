/**
 * The limits of a step: before each block the processor asks whether it still belongs to the step. A block that does is remembered
 * with the guard, so a loop is asked about once and then runs at full speed; a translation whose blocks all do runs as it is.
 */
import type { Translation } from '../jit/translation.ts';
import type { Block } from './decode/code-cache.ts';

/** What a guard says of a block. */
export const Pass = {
  /** The run ends before it. */
  No: 0,
  /** This time, and who comes next is to be asked for. */
  Once: 1,
  /** Whenever it follows a block that passes always. */
  Always: 2,
} as const;
export type Pass = (typeof Pass)[keyof typeof Pass];

/** @param linear where the block begins. @param last where its last instruction begins */
export type StepGuard = (linear: number, last: number) => Pass;

export interface Guard {
  /** One that was set before, and comes back, has not changed its mind. */
  set(guard: StepGuard | undefined): void;
  isSet(): boolean;
  /** Which one it is; `NO_GUARD` while none is set. */
  readonly current: () => number;
  /** Does the step end before a block? */
  leaves(block: Block, linear: number): boolean;
  /** Do all blocks of a translation belong to the step, whichever runs? */
  admits(translation: Translation): boolean;
  /** May a block be translated: does it belong to the step, if there is one? */
  passes(block: Block, linear: number): boolean;
}

export const NO_GUARD = 0;

export function createGuard(): Guard {
  let guard: StepGuard | undefined;
  /** The one that was set last, though it may not be set now. */
  let last: StepGuard | undefined;
  /** Counts guards. */
  let guards = NO_GUARD;
  /** The block before passes always. */
  let passing = false;
  const ask = (linear: number, last: number) => guard?.(linear >>> 0, last >>> 0) ?? Pass.Always;
  return {
    set(next) {
      guard = next;
      passing = false;
      if (next === undefined || next === last) return;
      last = next;
      guards++;
    },
    isSet: () => guard !== undefined,
    current: () => (guard === undefined ? NO_GUARD : guards),
    leaves(block, linear) {
      if (passing && block.passes === guards && block.passesAt === linear) return false;
      const answer = ask(linear, linear + block.lastStart);
      passing = answer === Pass.Always;
      if (passing) {
        block.passes = guards;
        block.passesAt = linear;
      }
      return answer === Pass.No;
    },
    admits(translation) {
      if (guard === undefined) return true;
      if (Math.abs(translation.guard) !== guards) {
        const all = translation.region.blocks.every(
          ({ eip, source }) => ask(eip, eip + source.lastStart) === Pass.Always,
        );
        translation.guard = all ? guards : -guards;
        translation.refused = 0;
      }
      return translation.guard > 0;
    },
    passes: (block, linear) => ask(linear, linear + block.lastStart) === Pass.Always,
  };
}
