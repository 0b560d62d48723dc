/**
 * Regions that are kept from one run of a machine to the next, as bytes: what was hot once will be hot again, as long as the same code stands
 * in the same place.
 */
import { codeSizeOf } from './parcel.ts';

export interface KeptRegion {
  /** Its order, as in `packOrder`. */
  readonly words: Int32Array;
  /** The bytes of its blocks, one block after the other. */
  readonly code: Uint8Array;
  /** `Block.looks` of its entry: how far it has grown. */
  readonly looks: number;
  /** How many runs in a row have not used it. */
  readonly age: number;
}

/** Of a region: how many words, how many bytes of code, looks, age. */
const HEAD = 4;
/** In place of `Infinity`. */
const MOST_LOOKS = -1;

const wordsFor = (bytes: number) => (bytes + 3) >> 2;

export function packKept(regions: readonly KeptRegion[]): Uint8Array<ArrayBuffer> {
  const size = regions.reduce((sum, { words, code }) => sum + HEAD + words.length + wordsFor(code.length), 0);
  const to = new Int32Array(size);
  const bytes = new Uint8Array(to.buffer);
  let at = 0;
  for (const { words, code, looks, age } of regions) {
    to.set([words.length, code.length, looks === Infinity ? MOST_LOOKS : looks, age], at);
    to.set(words, at + HEAD);
    at += HEAD + words.length;
    bytes.set(code, at * 4);
    at += wordsFor(code.length);
  }
  return bytes;
}

/** @returns the regions up to the first that is none: bytes come from outside */
export function unpackKept(bytes: Uint8Array): KeptRegion[] {
  // Words lie at multiples of four.
  const words = new Int32Array(bytes.slice(0, bytes.length & ~3).buffer);
  const all = new Uint8Array(words.buffer);
  const regions: KeptRegion[] = [];
  for (let at = 0; at < words.length;) {
    const [length = -1, codeLength = -1, looks = 0, age = 0] = words.subarray(at, at + HEAD);
    const code = at + HEAD + length;
    const end = code + wordsFor(codeLength);
    if (length <= 0 || codeLength <= 0 || end > words.length) break;
    const order = words.subarray(at + HEAD, code);
    if (codeSizeOf(order) !== codeLength) break;
    regions.push({
      words: order,
      code: all.subarray(code * 4, code * 4 + codeLength),
      looks: looks === MOST_LOOKS ? Infinity : looks,
      age,
    });
    at = end;
  }
  return regions;
}
