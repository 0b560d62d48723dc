/** Pieces of the records that are always kept. */
import type { RecordRange } from '../protocol/machine-protocol.ts';

interface Log {
  count(): number;
}

const beginOf = (log: Log, first: number): number => (first < 0 ? Math.max(0, log.count() + first) : first);

/** What a range of a record asks for: a negative beginning counts from the end. */
export const recorded = <T>(
  log: Log & { since(first: number, most: number): T[] },
  { first, most }: RecordRange,
): T[] => log.since(beginOf(log, first), most);

/** The same as rows of numbers. */
export const packed = <T>(
  log: Log & { packed(first: number, most: number): T },
  { first, most }: RecordRange,
): T => log.packed(beginOf(log, first), most);
