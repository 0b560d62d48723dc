/** The last taken branches: the ring that the processor keeps (`BRANCHES_BASE`), oldest first. */
import { BRANCH_RECORDS } from '../memory/layout.ts';
import { BRANCH_COUNT, type Views } from '../cpu/state.ts';
import type { BranchRecord } from '../protocol/debug-protocol.ts';

export function recentBranches({ state, branches }: Views, most: number): BranchRecord[] {
  const written = state[BRANCH_COUNT] >>> 0;
  const count = Math.min(most, written, BRANCH_RECORDS);
  return Array.from({ length: count }, (_, n) => {
    const at = ((written - count + n) % BRANCH_RECORDS) * 2;
    return { from: branches[at] >>> 0, to: branches[at + 1] >>> 0 };
  });
}
