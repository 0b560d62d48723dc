/** The last taken branches, oldest first. */
import { branchesKept, branchPlace } from '../cpu/branch-log.ts';
import type { Views } from '../cpu/state.ts';
import type { BranchRecord } from '../protocol/debug-protocol.ts';

export function recentBranches(views: Views, most: number): BranchRecord[] {
  const { branches } = views;
  const count = Math.min(most, branchesKept(views));
  return Array.from({ length: count }, (_, n) => {
    const at = branchPlace(views, count - 1 - n);
    return { from: branches[at] >>> 0, to: branches[at + 1] >>> 0 };
  });
}
