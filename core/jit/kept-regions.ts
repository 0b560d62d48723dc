/**
 * Regions that are kept from one run of a machine to the next, as bytes: what was hot once will be hot again, as long as the same code stands
 * in the same place. What was made of them is kept with them, for as long as the translator is the same.
 */
import { codeSizeOf } from './parcel.ts';

export interface KeptRegion {
  /** Its order, as in `packOrder`. */
  readonly words: Int32Array;
  /** The bytes of its blocks, one block after the other. */
  readonly code: Uint8Array;
  /** What was made of it, as in `packObject`, if that is known and of use: `isWhole` tells whether it is as it was. */
  readonly object: Int32Array | undefined;
  /** Hash of the order and the object. */
  readonly hash: number;
  /** `Block.looks` of its entry: how far it has grown. */
  readonly looks: number;
  /** How many runs in a row have not used it. */
  readonly age: number;
}

/** Before all regions: which translator has made the objects. */
const FILE_HEAD = 1;
/** Of a region: how many words, bytes of code, looks, age, words of its object, hash. */
const HEAD = 6;
/** In place of `Infinity`. */
const MOST_LOOKS = -1;

const wordsFor = (bytes: number) => (bytes + 3) >> 2;

/** Tells damage. Source: FNV-1a, by words. */
export function hashOf(words: Int32Array, object: Int32Array): number {
  let hash = 0x811c_9dc5;
  for (const part of [words, object]) for (const word of part) hash = Math.imul(hash ^ word, 0x0100_0193);
  return hash;
}

/** The object was made of that order, and is to be run: all that comes from outside may be damaged. */
export const isWhole = ({ words, object, hash }: KeptRegion): boolean =>
  object !== undefined && hashOf(words, object) === hash;

/** Words that a region needs. */
export const sizeOf = ({ words, object }: Pick<KeptRegion, 'words' | 'object'>): number =>
  words.length + (object?.length ?? 0);

/** @param translator number of the translator that has made the objects */
export function packKept(regions: readonly KeptRegion[], translator: number): Uint8Array<ArrayBuffer> {
  const size = regions.reduce(
    (sum, region) => sum + HEAD + sizeOf(region) + wordsFor(region.code.length),
    FILE_HEAD,
  );
  const to = new Int32Array(size);
  const bytes = new Uint8Array(to.buffer);
  to[0] = translator;
  let at = FILE_HEAD;
  for (const { words, code, object, hash, looks, age } of regions) {
    const objectLength = object?.length ?? 0;
    to.set([words.length, code.length, looks === Infinity ? MOST_LOOKS : looks, age, objectLength, hash], at);
    at += HEAD;
    to.set(words, at);
    at += words.length;
    if (object) to.set(object, at);
    at += objectLength;
    bytes.set(code, at * 4);
    at += wordsFor(code.length);
  }
  return bytes;
}

/**
 * @param translator that is there now: what another one has made is of no use
 * @returns the regions up to the first that is none: bytes come from outside
 */
export function unpackKept(bytes: Uint8Array, translator: number): KeptRegion[] {
  // Words lie at multiples of four.
  const words = new Int32Array(bytes.slice(0, bytes.length & ~3).buffer);
  const all = new Uint8Array(words.buffer);
  const isUseful = words[0] === translator;
  const regions: KeptRegion[] = [];
  for (let at = FILE_HEAD; at < words.length;) {
    const [length = -1, codeLength = -1, looks = 0, age = 0, objectLength = -1, hash = 0] = words.subarray(
      at,
      at + HEAD,
    );
    const object = at + HEAD + length;
    const code = object + objectLength;
    const end = code + wordsFor(codeLength);
    if (length <= 0 || codeLength <= 0 || objectLength < 0 || end > words.length) break;
    const order = words.subarray(at + HEAD, object);
    if (codeSizeOf(order) !== codeLength) break;
    regions.push({
      words: order,
      code: all.subarray(code * 4, code * 4 + codeLength),
      object: isUseful && objectLength > 0 ? words.subarray(object, code) : undefined,
      hash,
      looks: looks === MOST_LOOKS ? Infinity : looks,
      age,
    });
    at = end;
  }
  return regions;
}
