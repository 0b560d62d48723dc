/**
 * The limits of a step that runs the code of ranges: their end and, for a step over, each call, also one inside of the ranges, for a
 * function may call itself. Calls are known by the record of branches.
 */
import { branchCount, branchPlace } from '../cpu/branch-log.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { Pass, type StepGuard } from '../cpu/guard.ts';
import { instructionKind } from './instruction-kind.ts';

export interface RangeGuard {
  /** One for the whole step: what it has admitted stays so. */
  readonly guard: StepGuard;
  /** The code of the ranges is about to run. @returns how many branches there were */
  begin(): number;
  /** Was the last branch, if one has been taken since there were `before`, a call of this address? */
  hasCalled(before: number, linear: number): boolean;
}

/** @param readCode the bytes at a linear address, 16 or what there is */
export function createRangeGuard(
  { views }: Cpu,
  over: boolean,
  inRanges: (linear: number) => boolean,
  readCode: (linear: number) => Uint8Array,
): RangeGuard {
  const { branches } = views;
  /** Kinds of the instructions that branches were taken from. */
  const kinds = new Map<number, boolean>();
  function isCall(linear: number): boolean {
    let known = kinds.get(linear);
    if (known === undefined) kinds.set(linear, (known = instructionKind(readCode(linear)) === 'call'));
    return known;
  }
  function isLastCall(linear: number): boolean {
    const at = branchPlace(views, 0);
    return branches[at + 1] >>> 0 === linear && isCall(branches[at] >>> 0);
  }

  /** The branches that the guard has looked at. */
  let seen = 0;
  function hasJustCalled(linear: number): boolean {
    const count = branchCount(views);
    if (count === seen) return false;
    seen = count;
    return isLastCall(linear);
  }

  return {
    guard(linear, last) {
      if (!inRanges(linear) || (over && hasJustCalled(linear))) return Pass.No;
      return over && isCall(last) ? Pass.Once : Pass.Always;
    },
    begin: () => (seen = branchCount(views)),
    hasCalled: (before, linear) => branchCount(views) !== before && isLastCall(linear),
  };
}
