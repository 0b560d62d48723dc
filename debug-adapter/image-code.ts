/**
 * Is an image in memory at some distance from where it is linked? Told by its code and its notes, with the build-id, and by
 * nothing else. A kernel that relocates itself has other dwords in its code wherever an address is: those differ from the
 * file's by as much as it has moved.
 */
import type { SyncReader } from './memory-cache.ts';
import { SHF, SHT } from './symbols/elf.ts';
import type { SymbolImage } from './symbols/image.ts';

/** Samples of a section of code, and the bytes of one; notes are compared as a whole up to a size. */
const SAMPLES = 16;
const SAMPLE = 64;
const MAX_NOTE = 256;
const ENTRY = 16;
const MAX_SECTIONS = 16;
/** The least bytes that are looked for. */
const LEAST = 16;
/** Most places that a search gives. */
const MAX_FOUND = 16;
/** Bytes at either end of a sample that may belong to an address which is not in it as a whole. */
const EDGE = 3;

interface Piece {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly isNote: boolean;
}

const dword = (bytes: Uint8Array, at: number) =>
  (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;

/**
 * Is found code the same as linked code, but for addresses that are moved by an amount? The first and last bytes may belong
 * to addresses that are not there as a whole: they do not count.
 */
export function isRelocated(linked: Uint8Array, found: Uint8Array, amount: number): boolean {
  const end = linked.length - EDGE;
  for (let at = EDGE; at < end; at++) {
    if (linked[at] === found[at]) continue;
    let from = Math.max(0, at - EDGE);
    while (from <= at && (dword(found, from) - dword(linked, from)) >>> 0 !== amount >>> 0) from++;
    if (from > at) return false;
    at = from + 3;
  }
  return true;
}

/** What of an image is compared. */
export class ImageCode {
  private known: readonly Piece[] | undefined;

  constructor(readonly image: SymbolImage) {}

  private get pieces(): readonly Piece[] {
    return (this.known ??= piecesOf(this.image));
  }

  /** All that can be read at the bias is the image's, byte by byte, and something can. Inside `MemoryCache.compute`. */
  isAt(bias: number, read: SyncReader): boolean {
    let equal = 0;
    for (const { address, bytes } of this.pieces) {
      const found = read((address + bias) >>> 0, bytes.length);
      if (!found || found.length < bytes.length) continue;
      if (found.some((byte, n) => byte !== bytes[n])) return false;
      equal++;
    }
    return equal > 0;
  }

  /**
   * The same for one that may have been relocated, and that changes some of its own code: its notes must be there, and three
   * quarters of what can be read. Inside `MemoryCache.compute`.
   */
  isLikelyAt(bias: number, read: SyncReader): boolean {
    let [equal, other] = [0, 0];
    const amounts = this.amountsAt(bias);
    const limit = this.pieces.length / 4;
    for (const { address, bytes, isNote } of this.pieces) {
      const found = read((address + bias) >>> 0, bytes.length);
      if (!found || found.length < bytes.length) continue;
      if (bytes.every((byte, n) => byte === found[n])) equal++;
      else if (isNote) return false;
      else if (amounts.some((amount) => isRelocated(bytes, found, amount))) equal++;
      else if (++other > limit) return false;
    }
    return equal >= 3 * other && 2 * equal > this.pieces.length;
  }

  /**
   * By how much addresses in the code are moved at a bias: not at all, by the bias, or, where a higher-half kernel runs before paging
   * is on, by what the bias will be then.
   */
  private amountsAt(bias: number): readonly number[] {
    const { entry } = this.image;
    const loaded = this.image.loadAddress(entry);
    return [0, bias, ...(loaded === undefined ? [] : [bias - (loaded - entry)])];
  }

  /**
   * How far the image may be from where it is linked when these bytes are at an address: whole pages first. An image has code
   * that is there more than once.
   */
  biasesFor(address: number, bytes: Uint8Array): number[] {
    const { image } = this;
    const biases: number[] = [];
    if (bytes.length < LEAST) return biases;
    const window = bytes.subarray(0, SAMPLE);
    for (const section of codeOf(image)) {
      const code = image.linkedBytes(section.address, section.size);
      if (!code) continue;
      const last = code.length - LEAST;
      for (let at = code.indexOf(window[0]); at >= 0 && at <= last; at = code.indexOf(window[0], at + 1)) {
        const linked = code.subarray(at, at + window.length);
        // A section may end sooner than the page.
        const found = window.subarray(0, linked.length);
        const bias = (address - section.address - at) >>> 0;
        if (!this.amountsAt(bias).some((amount) => isRelocated(linked, found, amount))) continue;
        biases.push(bias);
        if (biases.length === MAX_FOUND) return biases;
      }
    }
    return biases.sort((a, b) => Number((a & 0xfff) !== 0) - Number((b & 0xfff) !== 0));
  }
}

/** The sections of code that are loaded. */
function codeOf({ elf }: SymbolImage) {
  const wanted = SHF.alloc | SHF.execinstr;
  return elf.sections
    .filter(({ flags, size }) => (flags & wanted) === wanted && size > 0)
    .slice(0, MAX_SECTIONS);
}

/** The ranges of an image's code, at a bias. */
export const codeRanges = (image: SymbolImage, bias: number): [number, number][] =>
  codeOf(image).map(({ address, size }) => {
    const start = (address + bias) >>> 0;
    return [start, start + size];
  });

/** What is compared: code all over the program, and its notes. */
function piecesOf(image: SymbolImage): Piece[] {
  const piece = (address: number, length: number, isNote = false): Piece[] => {
    const bytes = image.linkedBytes(address, length);
    return bytes && bytes.length > 0 ? [{ address, bytes, isNote }] : [];
  };
  const notes = image.elf.sections.filter(
    ({ type, flags, size }) => type === SHT.note && (flags & SHF.alloc) !== 0 && size > 0 && size <= MAX_NOTE,
  );
  return [
    ...piece(image.entry, ENTRY),
    ...notes.slice(0, MAX_SECTIONS).flatMap(({ address, size }) => piece(address, size, true)),
    ...codeOf(image).flatMap(({ address, size }) => {
      const length = Math.min(SAMPLE, size);
      const step = Math.max(length, Math.floor((size - length) / SAMPLES));
      const count = Math.floor((size - length) / step) + 1;
      return Array.from({ length: count }, (_, n) => piece(address + n * step, length)).flat();
    }),
  ];
}
