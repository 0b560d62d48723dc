/** Pieces of the records that are always kept. */
import type { RecordRange } from '../protocol/machine-protocol.ts';

/** What a range of a record asks for: a negative beginning counts from the end. */
export function recorded<T>(
  log: { count(): number; since(first: number, most: number): T[] },
  { first, most }: RecordRange,
): T[] {
  return log.since(first < 0 ? Math.max(0, log.count() + first) : first, most);
}
