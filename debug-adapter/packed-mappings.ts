/**
 * The ranges of an address space as words: of a full one there are 65,000, which are 9 MB as objects of JSON and 1.4 MB so. What ranges
 * have in common is said once.
 */
import { toBase64 } from './base64.ts';
import type { MappedRange, PackedRanges, RangeKind } from './custom-protocol.ts';

/** First and last address, physical address, number of the kind. */
const WORDS = 4;

export function packRanges(ranges: readonly MappedRange[]): PackedRanges {
  const kinds: RangeKind[] = [];
  const numbers = new Map<string, number>();
  const view = new DataView(new ArrayBuffer(ranges.length * WORDS * 4));
  let before: MappedRange | undefined;
  let number = 0;
  for (const [n, range] of ranges.entries()) {
    const { start, last, physical, flags, region, name, owner } = range;
    // Neighbours mostly are of a kind.
    if (!before || !isSame(before, range)) {
      const key = JSON.stringify([flags, region, name, owner]);
      number = numbers.get(key) ?? kinds.length;
      if (number === kinds.length) {
        numbers.set(key, number);
        kinds.push({
          flags,
          region,
          ...(name !== undefined && { name }),
          ...(owner !== undefined && { owner }),
        });
      }
    }
    before = range;
    view.setUint32(n * WORDS * 4, start, true);
    view.setUint32(n * WORDS * 4 + 4, last, true);
    view.setUint32(n * WORDS * 4 + 8, physical, true);
    view.setUint32(n * WORDS * 4 + 12, number, true);
  }
  return { kinds, ranges: toBase64(new Uint8Array(view.buffer)) };
}

const isSame = (a: MappedRange, b: MappedRange): boolean =>
  a.flags === b.flags && a.region === b.region && a.name === b.name && a.owner === b.owner;
