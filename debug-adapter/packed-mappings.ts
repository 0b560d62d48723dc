/**
 * The ranges of an address space as words: of a full one there are 65,000, which are 7 MB as objects of JSON and 1.4 MB so. What ranges
 * have in common is said once.
 */
import { toBase64 } from './base64.ts';
import type { MappedRange, PackedRanges, RangeKind } from './custom-protocol.ts';

/** First and last address, physical address, number of the kind. */
const WORDS = 4;

export function packRanges(ranges: readonly MappedRange[]): PackedRanges {
  const kinds: RangeKind[] = [];
  /** Numbers of kinds by their flags: there are few of each. */
  const numbers = new Map<string, number[]>();
  function numberOf({ flags, region, name, owner }: MappedRange): number {
    let alike = numbers.get(flags);
    if (!alike) numbers.set(flags, (alike = []));
    for (const number of alike) {
      const kind = kinds[number];
      if (kind.region === region && kind.name === name && kind.owner === owner) return number;
    }
    alike.push(kinds.length);
    const named = name === undefined ? {} : { name };
    return kinds.push({ flags, region, ...named, ...(owner !== undefined && { owner }) }) - 1;
  }
  const view = new DataView(new ArrayBuffer(ranges.length * WORDS * 4));
  for (let n = 0, at = 0; n < ranges.length; n++, at += WORDS * 4) {
    const range = ranges[n];
    view.setUint32(at, range.start, true);
    view.setUint32(at + 4, range.last, true);
    view.setUint32(at + 8, range.physical, true);
    view.setUint32(at + 12, numberOf(range), true);
  }
  return { kinds, ranges: toBase64(new Uint8Array(view.buffer)) };
}
