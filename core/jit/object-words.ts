/**
 * What was made of a region, as words: for the thread that runs the machine, and for its next run. Its first word is its length, then come what is known of its
 * exits and sites, and the code.
 */
import type { Insn } from '../cpu/decode/insn.ts';
import type { Made, Sequence, TranslatedRegion } from './compile.ts';
import type { Site } from './emit/interpreter.ts';
import type { Exit } from './exit.ts';
import { type ObjectCode, packCode, unpackCode } from './object-code.ts';
import type { FoundRegion } from './region.ts';

/** The instructions of a region, as they are numbered here. */
const insnsOf = ({ blocks }: FoundRegion) => blocks.flatMap(({ source }) => source.insns);
const NONE = -1;
const HAS_EIP = 1;
const FILLABLE = 2;
const USUAL = 4;

const EXIT_WORDS = 7;
const SITE_WORDS = 3;
/** Before what is known: the length of the whole, and of that. */
const HEAD = 2;

function madeWords(region: FoundRegion, { exits, sites, cost }: Made): number[] {
  const numbers = new Map(insnsOf(region).map((insn, number) => [insn, number]));
  const numberOf = (insn: Insn | undefined) => (insn ? numbers.get(insn)! : NONE);
  const to = [cost, exits.length];
  for (let number = 0; number < exits.length; number++) {
    const { eip, done, access, fillable, apart, special, usual, unknown } = exits.at(number)!;
    const has =
      (eip === undefined ? 0 : HAS_EIP) | (fillable === true ? FILLABLE : 0) | (usual === true ? USUAL : 0);
    const block = unknown ? region.blocks.findIndex(({ source }) => source === unknown) : NONE;
    to.push(has, eip ?? 0, done, numberOf(access), numberOf(apart), numberOf(special), block);
  }
  to.push(sites.length);
  for (let number = 0; number < sites.length; number++) {
    const { insn, eip, last } = sites.at(number)!;
    to.push(numberOf(insn), eip, last ? 1 : 0);
  }
  return to;
}

export function packObject(region: FoundRegion, { made, code }: TranslatedRegion): Int32Array<ArrayBuffer> {
  const known = madeWords(region, made);
  const codeWords = packCode(code);
  const to = new Int32Array(HEAD + known.length + codeWords.length);
  to.set([to.length, known.length]);
  to.set(known, HEAD);
  to.set(codeWords, HEAD + known.length);
  return to;
}

/** Several, one behind the other, and back. */
export function joinObjects(objects: readonly Int32Array[]): Int32Array<ArrayBuffer> {
  const to = new Int32Array(objects.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const object of objects) {
    to.set(object, at);
    at += object.length;
  }
  return to;
}
export function splitObjects(words: Int32Array): Int32Array[] {
  const parts: Int32Array[] = [];
  for (let at = 0; at < words.length; at += words[at]!) parts.push(words.subarray(at, at + words[at]!));
  return parts;
}

export const codeOf = (object: Int32Array): ObjectCode => unpackCode(object.subarray(HEAD + object[1]!));

/** So many records of a length, each of which is read when it is asked for: few ever are. @param read takes the place of its first word */
function records<T>(length: number, begin: number, size: number, read: (at: number) => T): Sequence<T> {
  const known: T[] = [];
  return { length, at: (number) => (known[number] ??= read(begin + number * size)) };
}

/** What is known of a region that was made of these instructions and blocks. */
export function madeOf(region: FoundRegion, words: Int32Array): Made {
  let insns: readonly Insn[] | undefined;
  const insn = (number: number) => (insns ??= insnsOf(region))[number];
  function exit(at: number): Exit {
    const [has, eip, done] = [words[at]!, words[at + 1]!, words[at + 2]!];
    return {
      eip: (has & HAS_EIP) === 0 ? undefined : eip,
      done,
      fillable: (has & FILLABLE) !== 0,
      access: insn(words[at + 3]!),
      usual: (has & USUAL) !== 0,
      apart: insn(words[at + 4]!),
      special: insn(words[at + 5]!),
      unknown: region.blocks[words[at + 6]!]?.source,
    };
  }
  const site = (at: number): Site => ({
    insn: insn(words[at]!)!,
    eip: words[at + 1]!,
    last: words[at + 2] !== 0,
  });
  let at = HEAD;
  const cost = words[at++]!;
  const exitCount = words[at++]!;
  const exits = records(exitCount, at, EXIT_WORDS, exit);
  at += exitCount * EXIT_WORDS;
  const siteCount = words[at++]!;
  return { cost, exits, sites: records(siteCount, at, SITE_WORDS, site) };
}
