/**
 * Ends blocks where other ones begin.
 *
 * A decoded block goes on to the next branch, also past a place that is branched to: what stands before a loop has the loop's first turn with it, and
 * a loop of two blocks is entered in its middle then. WebAssembly has no such loops (`structure.ts`), and the same code would stand in a region several times.
 */
import { Block } from '../../cpu/decode/code-cache.ts';
import { type FoundBlock, type FoundRegion, regionOf, targetsOf } from '../region.ts';
import { tangleOf } from './structure.ts';

function split(block: FoundBlock, { at }: FoundRegion, leaders: ReadonlySet<number>): FoundBlock {
  const { index, eip, source } = block;
  const { insns, physical, breakpoint } = source;
  const count = insns.findIndex(({ start }) => {
    const begin = (eip + start) | 0;
    return start > 0 && leaders.has(begin) && at.get(begin)?.source.physical === physical + start;
  });
  if (count < 0) return block;
  const size = insns[count]!.start;
  return {
    index,
    eip,
    source: new Block(physical, size, insns.slice(0, count), breakpoint),
    terminator: { kind: 'fall', next: (eip + size) | 0 },
    known: [],
  };
}

const splitAt = (region: FoundRegion, leaders: ReadonlySet<number>): FoundRegion =>
  regionOf(
    region,
    region.blocks.map((block) => split(block, region, leaders)),
  );

/**
 * The same blocks, with sources of their own where they have become shorter. A loop that the region is entered in the middle of, by chance, stays
 * whole if it can: its first turn stands before it then.
 */
export function splitBlocks(region: FoundRegion): FoundRegion {
  const targets = new Set(region.blocks.flatMap((block) => targetsOf(block)));
  const one = splitAt(region, targets);
  if (targets.has(region.blocks[0]!.eip) || tangleOf(one).dispatched.length === 0) return one;
  return splitAt(region, new Set([...targets, region.blocks[0]!.eip]));
}
