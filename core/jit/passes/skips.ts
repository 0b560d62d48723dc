/**
 * Branches over a few operations that only compute: `jz over; xor eax, ecx; over:`. Both ways come to the same place, so the operations may be done in any
 * case, and what they have written be chosen then. A branch that goes either way by the data, as in a CRC or a maximum, costs a processor
 * more than that.
 */
import type { Operation } from '../ir.ts';
import { type Region, type RegionBlock } from '../region.ts';
import { effectOf } from './flag-liveness.ts';
import type { Structure } from './structure.ts';

/** Beyond, a branch that can be foretold is better. */
const MAX_SKIPPED = 4;

const COMPUTES: ReadonlySet<Operation['op']> = new Set([
  ...(['nop', 'mov', 'lea', 'extend', 'alu', 'unary', 'shift', 'multiply'] as const),
  ...(['set', 'conditional-move', 'swap-bytes'] as const),
]);

const computes = (operation: Operation): boolean =>
  COMPUTES.has(operation.op) && !effectOf(operation).leaves && operation.flags === 0;

/** What is skipped, by the block that branches over it. The flags that live must be known. */
export function findSkips(
  { blocks, at }: Region,
  { edge }: Structure,
): ReadonlyMap<RegionBlock, RegionBlock> {
  const skips = new Map<RegionBlock, RegionBlock>();
  for (const block of blocks) {
    const { terminator } = block;
    if (terminator.kind !== 'branch') continue;
    const skipped = at.get(terminator.next);
    if (skipped?.terminator.kind !== 'fall' || skipped.terminator.next !== terminator.target) continue;
    if (edge(block, skipped.eip) !== 'inside' || terminator.target === block.eip) continue;
    const kind = edge(block, terminator.target);
    if (kind !== 'forward' && kind !== 'back') continue;
    // Its page need not be looked at then.
    if (skipped.source.tail >= 0 || skipped.eip >>> 12 !== block.eip >>> 12) continue;
    if (skipped.operations.length <= MAX_SKIPPED && skipped.operations.every(computes))
      skips.set(block, skipped);
  }
  return skips;
}
