/** From the decoded blocks of a region to operations. */
import type { Block } from '../cpu/decode/code-cache.ts';
import type { Insn } from '../cpu/decode/insn.ts';
import type { Terminator } from './ir.ts';
import { liftOperation, liftTerminator } from './lift.ts';
import { splitBlocks } from './passes/split.ts';
import { type FoundRegion, type Region, regionOf } from './region.ts';

/** How a block ends that begins at an EIP. */
export function terminatorOf(eip: number, { insns, size }: Block): Terminator {
  const last = insns[insns.length - 1]!;
  const next = (eip + size) | 0;
  return last.ends ? liftTerminator(last, next) : { kind: 'fall', next };
}

/** The instructions of a block before its terminator. */
export const insideOf = ({ insns }: Block): readonly Insn[] =>
  insns[insns.length - 1]!.ends ? insns.slice(0, -1) : insns;

export const liftRegion = (found: FoundRegion): Region =>
  regionOf(
    found,
    splitBlocks(found).blocks.map(({ index, eip, source, terminator, known }) => ({
      index,
      eip,
      source,
      terminator,
      known,
      operations: insideOf(source).map(liftOperation),
    })),
  );
