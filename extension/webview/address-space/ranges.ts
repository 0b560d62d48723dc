/** Ranges of an address space: what is at an address, and what has changed between two stops. Plain data, no page. */
import type { MappedRange } from '../../../debug-adapter/custom-protocol.ts';

/** The first range that ends at or behind an address. Ranges ascend and do not overlap. */
export function firstAt(ranges: readonly MappedRange[], address: number): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.last ?? Infinity) < address) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function rangeAt(ranges: readonly MappedRange[], address: number): MappedRange | undefined {
  const range = ranges[firstAt(ranges, address)];
  return range && range.start <= address ? range : undefined;
}

export interface Change {
  readonly start: number;
  readonly last: number;
  /** `moved`: it leads to another physical address. */
  readonly kind: 'mapped' | 'unmapped' | 'flags' | 'moved';
}

/** What an address is in one of both spaces, up to which address. */
function pieceAt(ranges: readonly MappedRange[], address: number): { range?: MappedRange; last: number } {
  const range = ranges[firstAt(ranges, address)];
  if (!range) return { last: 0xffff_ffff };
  return range.start <= address ? { range, last: range.last } : { last: range.start - 1 };
}

function kindOf(before: MappedRange | undefined, after: MappedRange | undefined): Change['kind'] | undefined {
  if (!before) return after && 'mapped';
  if (!after) return 'unmapped';
  if (before.flags !== after.flags) return 'flags';
  return before.physical - before.start === after.physical - after.start ? undefined : 'moved';
}

/** Differences between two states of one address space, ascending. */
export function changesBetween(before: readonly MappedRange[], after: readonly MappedRange[]): Change[] {
  const changes: Change[] = [];
  for (let address = 0; address <= 0xffff_ffff;) {
    const [old, now] = [pieceAt(before, address), pieceAt(after, address)];
    const last = Math.min(old.last, now.last);
    const kind = kindOf(old.range, now.range);
    const previous = changes.at(-1);
    if (kind && previous?.kind === kind && previous.last === address - 1)
      changes[changes.length - 1] = { ...previous, last };
    else if (kind) changes.push({ start: address, last, kind });
    address = last + 1;
  }
  return changes;
}
