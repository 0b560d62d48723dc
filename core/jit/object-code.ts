/**
 * What a region becomes before it has its place in a module, as an object file is to a program: code with gaps, and what goes into them.
 * It depends on the region alone. So it can be kept for another run of the machine, and be made part of any module there.
 */
import type { ValueType } from './wasm/opcodes.ts';
import type { CodeGap, Gap } from './wasm/code.ts';
import type { Signature } from './wasm/module.ts';

/** A function that the code imports. */
export interface CodeSymbol {
  readonly name: string;
  readonly signature: Signature;
}

export interface ObjectCode {
  /** As `Code.body` makes it. */
  readonly body: Uint8Array;
  readonly gaps: readonly CodeGap[];
  /** By their numbers. */
  readonly symbols: readonly CodeSymbol[];
}

/** Numbers functions that a region imports: each once. */
export function createSymbols(): {
  readonly symbols: readonly CodeSymbol[];
  numberOf(name: string, parameters: readonly ValueType[], results: readonly ValueType[]): number;
} {
  const symbols: CodeSymbol[] = [];
  const numbers = new Map<string, number>();
  return {
    symbols,
    numberOf(name, parameters, results) {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      const number = symbols.push({ name, signature: { parameters, results } }) - 1;
      numbers.set(name, number);
      return number;
    },
  };
}

/** Words of a gap: its offset and kind, and its value. */
const GAP_WORDS = 2;
const KIND_BITS = 2;
/** Before the gaps: how many there are, and the lengths of the text of the symbols and of the body. */
const HEAD = 3;

const wordsFor = (bytes: number) => (bytes + 3) >> 2;
const typesText = (types: readonly ValueType[]) =>
  types.map((type) => type.toString(16).padStart(2, '0')).join('');
const typesOf = (text: string) =>
  (text.match(/../g) ?? []).map((digits) => Number.parseInt(digits, 16) as ValueType);

export function packCode({ body, gaps, symbols }: ObjectCode): Int32Array<ArrayBuffer> {
  const text = symbols
    .map(({ name, signature: { parameters, results } }) =>
      [name, typesText(parameters), typesText(results)].join(':'),
    )
    .join();
  const begin = HEAD + gaps.length * GAP_WORDS;
  const words = new Int32Array(begin + wordsFor(text.length) + wordsFor(body.length));
  words.set([gaps.length, text.length, body.length]);
  for (const [n, { kind, value, at }] of gaps.entries())
    words.set([(at << KIND_BITS) | kind, value], HEAD + n * GAP_WORDS);
  const bytes = new Uint8Array(words.buffer, begin * 4);
  for (let n = 0; n < text.length; n++) bytes[n] = text.charCodeAt(n);
  bytes.set(body, wordsFor(text.length) * 4);
  return words;
}

/** @param words of whose code it is known that `packCode` has made it */
export function unpackCode(words: Int32Array): ObjectCode {
  const [gapCount = 0, textLength = 0, bodyLength = 0] = words;
  const begin = HEAD + gapCount * GAP_WORDS;
  const bytes = new Uint8Array(words.buffer, words.byteOffset + begin * 4);
  const text = String.fromCharCode(...bytes.subarray(0, textLength));
  const bodyAt = wordsFor(textLength) * 4;
  return {
    body: bytes.subarray(bodyAt, bodyAt + bodyLength),
    gaps: Array.from({ length: gapCount }, (_, n) => {
      const [place = 0, value = 0] = words.subarray(HEAD + n * GAP_WORDS);
      return { at: place >>> KIND_BITS, kind: (place & ((1 << KIND_BITS) - 1)) as Gap, value };
    }),
    symbols: (text === '' ? [] : text.split(',')).map((symbol) => {
      const [name = '', parameters = '', results = ''] = symbol.split(':');
      return { name, signature: { parameters: typesOf(parameters), results: typesOf(results) } };
    }),
  };
}
