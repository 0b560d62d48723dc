/** What the core's record of execution says of one program: its own counts, over all address spaces that it ran in. */
import type { ExecutedSpace } from '../../core/protocol/debug-protocol.ts';
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';

export interface BranchCounts {
  readonly taken: number;
  readonly passed: number;
}

/** By linear address. What is not there has not run. */
export interface Executed {
  readonly counts: ReadonlyMap<number, number>;
  readonly branches: ReadonlyMap<number, BranchCounts>;
}

/** The sum of all address spaces of a coroutine: a kernel is in each of them. */
export function executedBy(spaces: readonly ExecutedSpace[], coroutine: CoroutineId): Executed {
  const counts = new Map<number, number>();
  const branches = new Map<number, BranchCounts>();
  for (const space of spaces) {
    if (space.coroutine !== coroutine) continue;
    space.addresses.forEach((address, n) => {
      counts.set(address, (counts.get(address) ?? 0) + space.counts[n]);
    });
    space.branches.forEach((address, n) => {
      const { taken, passed } = branches.get(address) ?? { taken: 0, passed: 0 };
      branches.set(address, { taken: taken + space.taken[n], passed: passed + space.passed[n] });
    });
  }
  return { counts, branches };
}
