/**
 * The record of taken branches at `BRANCHES_BASE`, which everybody writes who runs code. It is written in laps: behind `BRANCH_LAP` bytes, or
 * some more, the next lap begins at the first record again, over the lap before. So translated code need not look at each branch whether it
 * has come to the end. Where a lap ends is therefore up to who writes; which branches are on record is not.
 */
import { BRANCH_LAP, BRANCH_RECORDS } from '../memory/layout.ts';
import { BRANCH_EARLIER, BRANCH_LAP_END, BRANCH_NEXT, type Views } from './state.ts';

/** Bytes of a record, as a power of 2. */
const SHIFT = 3;

type Log = Pick<Views, 'state' | 'branches'>;

/** Taken branches so far, modulo 2^32. */
export const branchCount = ({ state }: Pick<Views, 'state'>): number =>
  (state[BRANCH_EARLIER] + (state[BRANCH_NEXT] >> SHIFT)) | 0;

/** Begins a new lap if this one is long enough. */
export function turnBranchLap({ state }: Pick<Views, 'state'>): void {
  const next = state[BRANCH_NEXT];
  if (next < BRANCH_LAP) return;
  state[BRANCH_EARLIER] += next >> SHIFT;
  state[BRANCH_LAP_END] = next;
  state[BRANCH_NEXT] = 0;
}

/** Records a branch between linear addresses. */
export function recordBranch(log: Log, from: number, to: number): void {
  const { state, branches } = log;
  const at = state[BRANCH_NEXT] >> 2;
  branches[at] = from;
  branches[at + 1] = to;
  state[BRANCH_NEXT] += 1 << SHIFT;
  turnBranchLap(log);
}

/** @returns the place in `Views.branches` of the record that was written so many records ago: 0 is the last one. It must be on record */
export function branchPlace({ state }: Pick<Views, 'state'>, ago: number): number {
  const written = state[BRANCH_NEXT] >> SHIFT;
  const end = state[BRANCH_LAP_END] >> SHIFT;
  return (ago < written ? written - 1 - ago : end - 1 - (ago - written)) * 2;
}

/** How many are on record. */
export const branchesKept = ({ state }: Pick<Views, 'state'>): number =>
  Math.min(Math.max(state[BRANCH_NEXT], state[BRANCH_LAP_END]) >> SHIFT, BRANCH_RECORDS);

/** There were none. */
export function forgetBranches({ state }: Pick<Views, 'state'>): void {
  state[BRANCH_NEXT] = 0;
  state[BRANCH_LAP_END] = 0;
  state[BRANCH_EARLIER] = 0;
}
