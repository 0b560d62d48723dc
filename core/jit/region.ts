/**
 * A region: the basic blocks that become one WebAssembly function, entered at one of them. It is found where the machine runs, and
 * lifted to operations where it is translated.
 */
import type { Block } from '../cpu/decode/code-cache.ts';
import { PAGE_SIZE } from '../memory/layout.ts';
import type { Operation, Terminator } from './ir.ts';
import type { Mode } from './mode.ts';

export interface FoundBlock {
  /** Position among the blocks of the region. */
  readonly index: number;
  /** Its EIP, which is its linear address too: regions are made in a flat code segment only. */
  readonly eip: number;
  /** The decoded block that it was made of: as long as that is valid, so is this. */
  readonly source: Block;
  readonly terminator: Terminator;
  /** For a return, an indirect jump or call: the EIPs inside of the region that it is known to go to, likeliest first. */
  readonly known: readonly number[];
}

/** What the region's blocks do, as operations: the last instruction is in the terminator if it ends blocks. */
export interface RegionBlock extends FoundBlock {
  readonly operations: readonly Operation[];
}

interface BlocksOfRegion<B extends FoundBlock> {
  readonly mode: Mode;
  /** The first one is the entry. */
  readonly blocks: readonly B[];
  /** An access that has missed the TLB so often fills it without leaving: a call that loops are better without. */
  readonly misses: number;
  /** By EIP. */
  readonly at: ReadonlyMap<number, B>;
}
export type FoundRegion = BlocksOfRegion<FoundBlock>;
export type Region = BlocksOfRegion<RegionBlock>;

/** A region of some blocks, in this order. */
export function regionOf<B extends FoundBlock>(
  { mode, misses }: Pick<FoundRegion, 'mode' | 'misses'>,
  blocks: readonly B[],
): BlocksOfRegion<B> {
  return { mode, misses, blocks, at: new Map(blocks.map((block) => [block.eip, block])) };
}

/** Where the page behind that of an EIP begins. */
export const nextPage = (eip: number) => ((eip & -PAGE_SIZE) + PAGE_SIZE) | 0;

/** EIPs that a block may go to next, as far as they are known. */
export function targetsOf({
  terminator,
  known,
}: Pick<FoundBlock, 'terminator' | 'known'>): readonly number[] {
  switch (terminator.kind) {
    case 'fall':
    case 'flags':
    case 'interpret-on':
      return [terminator.next];
    case 'jump':
    case 'call':
      return [terminator.target];
    case 'branch':
      return [terminator.target, terminator.next];
    case 'indirect-jump':
    case 'indirect-call':
    case 'return':
      return known;
    case 'transfer':
    case 'interpret':
      return [];
  }
}
