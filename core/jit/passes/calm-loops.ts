/**
 * Loops of arithmetic alone: nothing in them touches memory or may be left for the interpreter. Where others put the registers back at each turn,
 * for the next access that may leave, these keep them until they end.
 */
import { type Region, type RegionBlock, targetsOf } from '../region.ts';
import { effectOf } from './flag-liveness.ts';
import type { Structure } from './structure.ts';

const isCalm = ({ operations, terminator: { kind } }: RegionBlock): boolean =>
  (kind === 'branch' || kind === 'jump' || kind === 'fall') &&
  operations.every((operation) => !effectOf(operation).leaves);

/** @returns their blocks */
export function findCalmBlocks(region: Region, { loops, edge }: Structure): ReadonlySet<RegionBlock> {
  if (loops.size === 0) return loops;
  const before = new Map<RegionBlock, RegionBlock[]>();
  for (const block of region.blocks)
    for (const eip of targetsOf(block)) {
      const target = region.at.get(eip);
      if (target) before.set(target, [...(before.get(target) ?? []), block]);
    }
  /** What leads back to the head, unless some of it is not calm. */
  function calmBody(head: RegionBlock): ReadonlySet<RegionBlock> {
    const nothing = new Set<RegionBlock>();
    if (!isCalm(head)) return nothing;
    const body = new Set([head]);
    const rest = (before.get(head) ?? []).filter((block) => edge(block, head.eip) === 'back');
    for (let block = rest.pop(); block; block = rest.pop()) {
      if (body.has(block)) continue;
      if (!isCalm(block)) return nothing;
      body.add(block);
      rest.push(...(before.get(block) ?? []));
    }
    return body;
  }
  return new Set([...loops].flatMap((head) => [...calmBody(head)]));
}
