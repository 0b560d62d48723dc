/**
 * Is an image in memory at some distance from where it is linked? Told by its code and its notes, with the build-id, and by
 * nothing else. A kernel that relocates itself has other dwords in its code wherever an address is: those differ from the
 * file's by one and the same whole number of pages.
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

const isAmount = (amount: number) => amount !== 0 && (amount & 0xfff) === 0;

/**
 * By how much the addresses in found code are moved from those in linked code.
 * @returns 0 when both are the same, `undefined` when they are different code
 */
export function relocationOf(linked: Uint8Array, found: Uint8Array): number | undefined {
  const end = linked.length - EDGE;
  let amount = 0;
  /** Behind the last address. */
  let done = 0;
  for (let at = EDGE; at < end; at++) {
    if (at < done || linked[at] === found[at]) continue;
    let next = -1;
    for (let from = Math.max(done, at - 3); from <= at && from + 4 <= linked.length; from++) {
      const by = (dword(found, from) - dword(linked, from)) >>> 0;
      if (amount === 0 ? !isAmount(by) : by !== amount) continue;
      amount = by;
      next = from + 4;
      break;
    }
    if (next < 0) return undefined;
    done = next;
  }
  return amount;
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
    let [equal, other, amount] = [0, 0, 0];
    const limit = this.pieces.length / 4;
    for (const { address, bytes, isNote } of this.pieces) {
      const found = read((address + bias) >>> 0, bytes.length);
      if (!found || found.length < bytes.length) continue;
      const by = relocationOf(bytes, found);
      const same = by === 0 || (by !== undefined && !isNote && (amount === 0 || by === amount));
      if (isNote && !same) return false;
      if (same) equal++;
      else if (++other > limit) return false;
      if (same && by !== 0) amount = by;
    }
    return equal >= 3 * other && 2 * equal > this.pieces.length;
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
      const last = code.length - window.length;
      for (let at = code.indexOf(window[0]); at >= 0 && at <= last; at = code.indexOf(window[0], at + 1)) {
        // An address that is moved by whole pages keeps its lowest byte.
        if (code[at + 1] !== window[1]) continue;
        if (relocationOf(code.subarray(at, at + window.length), window) === undefined) continue;
        biases.push((address - section.address - at) >>> 0);
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
