/**
 * Where a region looks at how many instructions may still run, and how many it must have for that.
 *
 * The machine stops at exact instruction counts. A region looks at the count at its entry, at the head of each loop, where the
 * dispatcher leads, and behind string instructions, which count their rounds: each of these heads asks for as many instructions as the longest way
 * to the next one has. With fewer left, the interpreter does the rest.
 */
import { type Region, type RegionBlock, targetsOf } from '../region.ts';
import type { Structure } from './structure.ts';

export interface Budget {
  /** Instructions that must be left when a head is entered. */
  readonly heads: ReadonlyMap<RegionBlock, number>;
}

export function planBudget(region: Region, { loops, dispatched, edge }: Structure): Budget {
  const heads = new Set<RegionBlock>([region.blocks[0]!, ...loops, ...dispatched]);
  for (const { terminator } of region.blocks) {
    if (terminator.kind !== 'interpret-on') continue;
    const next = region.at.get(terminator.next);
    if (next) heads.add(next);
  }
  const costs = new Map<RegionBlock, number>();
  function cost(block: RegionBlock): number {
    const known = costs.get(block);
    if (known !== undefined) return known;
    let longest = 0;
    for (const eip of targetsOf(block)) {
      const next = region.at.get(eip);
      const kind = edge(block, eip);
      if (next && !heads.has(next) && (kind === 'inside' || kind === 'forward'))
        longest = Math.max(longest, cost(next));
    }
    const own = longest + block.source.insns.length;
    costs.set(block, own);
    return own;
  }
  return { heads: new Map([...heads].map((head) => [head, cost(head)])) };
}
