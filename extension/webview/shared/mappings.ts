/** The mapped ranges of an address space, as the adapter packs them (docs/protocol.md, `colinux/packedMappings`). */
import type { MappedRange, PackedRanges } from '../../../debug-adapter/custom-protocol.ts';

/** First and last address, physical address, number of the kind. */
const WORDS = 4;

export function unpackRanges({ kinds, ranges }: PackedRanges): MappedRange[] {
  const bytes = Uint8Array.from(atob(ranges), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / (WORDS * 4) }, (_, n) => {
    const word = (which: number) => view.getUint32((n * WORDS + which) * 4, true);
    return { start: word(0), last: word(1), physical: word(2), ...kinds[word(3)]! };
  });
}
