/** Where a region is best entered. */
import { type FoundRegion, regionOf } from '../region.ts';
import { splitBlocks } from './split.ts';
import { tangleOf } from './structure.ts';

/** How many other entries are tried. */
const CANDIDATES = 8;

/**
 * The same blocks with another entry, if cycles have fewer second entries then: a region that was found from the middle of a
 * loop is better entered at the loop's head, and goes around to the middle.
 */
export function withBestEntry(region: FoundRegion): FoundRegion {
  let fewest = tangleOf(splitBlocks(region)).dispatched;
  if (fewest.length === 0) return region;
  let best = region;
  for (const candidate of fewest.slice(1, 1 + CANDIDATES)) {
    const blocks = [...region.blocks];
    blocks[0] = { ...region.blocks[candidate]!, index: 0 };
    blocks[candidate] = { ...region.blocks[0]!, index: candidate };
    const other = regionOf(region, blocks);
    const { dispatched, position } = tangleOf(splitBlocks(other));
    const formerEntry = candidate;
    if (dispatched.length >= fewest.length || position[formerEntry] === -1) continue;
    fewest = dispatched;
    best = other;
  }
  return best;
}
