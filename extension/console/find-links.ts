/** Addresses and places in the source in a line of a console. No VS Code here. */

export interface FoundLink {
  readonly start: number;
  readonly length: number;
  readonly target:
    | { readonly kind: 'address'; readonly address: string }
    | { readonly kind: 'file'; readonly path: string; readonly line: number };
}

/** Addresses have 8 digits, with or without 0x, as kernels print them; `[<c0100000>]` is one too. */
const ADDRESS = /(?<![\w.])(?:0x)?([0-9a-f]{8})(?![\w.])/gi;
const FILE = /((?:[\w.+-]+\/)*[\w.+-]+\.(?:[chSs]|cc|cpp|asm|inc|rs|zig)):(\d{1,7})\b/g;
/** Eight digits without a letter are more likely a number, unless 0x says what they are. */
const looksLikeNumber = (text: string): boolean => /^\d{8}$/.test(text);

export function findLinks(line: string): FoundLink[] {
  const files = [...line.matchAll(FILE)].map((match): FoundLink => ({
    start: match.index,
    length: match[0].length,
    target: { kind: 'file', path: match[1] ?? '', line: Number(match[2]) },
  }));
  const addresses = [...line.matchAll(ADDRESS)]
    .filter((match) => !looksLikeNumber(match[0]))
    .map((match): FoundLink => ({
      start: match.index,
      length: match[0].length,
      target: { kind: 'address', address: `0x${match[1] ?? ''}` },
    }));
  return [...files, ...addresses].sort((a, b) => a.start - b.start);
}
