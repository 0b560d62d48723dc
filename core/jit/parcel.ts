/**
 * Regions on their way to another thread, as words. Decoded instructions go as they are: what is learnt of them while they run is part of how
 * they are translated. What comes back is in `object-words.ts`.
 */
import { Block } from '../cpu/decode/code-cache.ts';
import { Insn, INSN_WORDS } from '../cpu/decode/insn.ts';
import type { Order } from './compile.ts';
import { terminatorOf } from './lift-region.ts';
import type { Mode } from './mode.ts';
import { type FoundBlock, type FoundRegion, regionOf } from './region.ts';

/** Takes words one after the other. */
class Reader {
  private at = 0;
  constructor(private readonly words: Int32Array) {}
  word(): number {
    return this.words[this.at++]!;
  }
  list<T>(one: (n: number) => T): T[] {
    return Array.from({ length: this.word() }, (_, n) => one(n));
  }
  /** A list of records that are not looked at. @param size words of each */
  skip(size: number): Int32Array {
    const begin = this.at + 1;
    this.at = begin + this.word() * size;
    return this.words.subarray(begin, this.at);
  }
  insn(): Insn {
    const insn = Insn.from(this.words, this.at);
    this.at += INSN_WORDS;
    return insn;
  }
}

const MODE = { user: 1, fs: 2, gs: 4 } as const;
const modeBits = (mode: Mode) =>
  (mode.user ? MODE.user : 0) | (mode.fs ? MODE.fs : 0) | (mode.gs ? MODE.gs : 0);

function readMode(from: Reader): Mode {
  const [number, mask, bits] = [from.word(), from.word(), from.word()];
  const has = (bit: number) => (bits & bit) !== 0;
  return { number, mask, user: has(MODE.user), fs: has(MODE.fs), gs: has(MODE.gs) };
}

/** Words of a region before its blocks, and of a block before its instructions and behind them. */
const REGION_WORDS = 6;
const BLOCK_WORDS = 4;

/** Words of an order. */
const wordsOf = ({ region }: Order): number =>
  region.blocks.reduce(
    (size, { source, known }) => size + BLOCK_WORDS + source.insns.length * INSN_WORDS + 1 + known.length,
    REGION_WORDS,
  );

/** Writes an order behind what is there. @returns where it ends */
function putOrder({ region, place }: Order, to: Int32Array, begin: number): number {
  let at = begin;
  const put = (word: number) => (to[at++] = word);
  const { mode, misses, blocks } = region;
  [place, mode.number, mode.mask, modeBits(mode), misses, blocks.length].forEach(put);
  for (const { eip, source, known } of blocks) {
    [eip, source.physical, source.tail, source.insns.length].forEach(put);
    for (const insn of source.insns) {
      insn.write(to, at);
      at += INSN_WORDS;
    }
    put(known.length);
    known.forEach(put);
  }
  return at;
}

export function packOrders(orders: readonly Order[]): Int32Array<ArrayBuffer> {
  const to = new Int32Array(1 + orders.reduce((size, order) => size + wordsOf(order), 0));
  to[0] = orders.length;
  let at = 1;
  for (const order of orders) at = putOrder(order, to, at);
  return to;
}

/** The words of each of several orders that were packed: what they have learnt since is not there. */
export function splitOrders(orders: readonly Order[], words: Int32Array): Int32Array[] {
  let end = 1;
  return orders.map((order) => words.subarray(end, (end += wordsOf(order))));
}

/** One order by itself, as it is among others. */
export function packOrder(order: Order): Int32Array<ArrayBuffer> {
  const to = new Int32Array(wordsOf(order));
  putOrder(order, to, 0);
  return to;
}

/** Orders that were packed by themselves, at other places. */
export function joinOrders(
  orders: readonly { readonly words: Int32Array; readonly place: number }[],
): Int32Array<ArrayBuffer> {
  const to = new Int32Array(1 + orders.reduce((size, { words }) => size + words.length, 0));
  to[0] = orders.length;
  let at = 1;
  for (const { words, place } of orders) {
    to.set(words, at);
    to[at] = place;
    at += words.length;
  }
  return to;
}

/** What a packed order says of one of its blocks. */
export interface PackedBlock extends Pick<FoundBlock, 'eip' | 'known'> {
  readonly physical: number;
  readonly tail: number;
  /** Length in bytes. */
  readonly size: number;
  /** Takes over what was learnt of the instructions while they ran, if they are the same. */
  teach(insns: readonly Insn[]): boolean;
}
/** A packed order without its instructions. */
export interface PackedRegion extends Pick<FoundRegion, 'mode' | 'misses'> {
  readonly blocks: readonly PackedBlock[];
}

/** Most blocks of a region, and known targets of a block: far more than there ever are. */
const MOST_IN_LIST = 0x1_0000;

/** How many bytes of code a packed order has, or -1 if words that come from outside are none. */
export function codeSizeOf(words: Int32Array): number {
  const blocks = words[REGION_WORDS - 1] ?? 0;
  if (blocks < 1 || blocks > MOST_IN_LIST) return -1;
  let at = REGION_WORDS;
  let size = 0;
  for (let n = 0; n < blocks; n++) {
    const [physical = -1, tail = 0, insns = 0] = words.subarray(at + 1, at + BLOCK_WORDS);
    const last = at + BLOCK_WORDS + (insns - 1) * INSN_WORDS;
    if (physical < 0 || tail < -1 || insns < 1 || last + INSN_WORDS >= words.length) return -1;
    const known = words[last + INSN_WORDS]!;
    if (known < 0 || known > MOST_IN_LIST) return -1;
    size += Insn.from(words, last).end;
    at = last + INSN_WORDS + 1 + known;
  }
  return at === words.length ? size : -1;
}

/** Where a packed order is entered. */
export const physicalOf = (words: Int32Array) => words[REGION_WORDS + 1]!;

export function readPacked(words: Int32Array): PackedRegion {
  const from = new Reader(words);
  from.word();
  const mode = readMode(from);
  const misses = from.word();
  const blocks = from.list((): PackedBlock => {
    const [eip, physical, tail] = [from.word(), from.word(), from.word()];
    const insns = from.skip(INSN_WORDS);
    return {
      ...{ eip, physical, tail },
      size: Insn.from(insns, insns.length - INSN_WORDS).end,
      known: from.list(() => from.word()),
      teach(live) {
        if (live.length * INSN_WORDS !== insns.length) return false;
        if (!live.every((insn, n) => insn.isAs(insns, n * INSN_WORDS))) return false;
        live.forEach((insn, n) => {
          insn.learnFrom(insns, n * INSN_WORDS);
        });
        return true;
      },
    };
  });
  return { mode, misses, blocks };
}

/** The same regions, of blocks that nobody runs. */
export function unpackOrders(words: Int32Array): Order[] {
  const from = new Reader(words);
  function block(index: number): FoundBlock {
    const [eip, physical, tail] = [from.word(), from.word(), from.word()];
    const insns = from.list(() => from.insn());
    const source = new Block(physical, insns.at(-1)!.end, insns, false, tail);
    return { index, eip, source, terminator: terminatorOf(eip, source), known: from.list(() => from.word()) };
  }
  return from.list(() => {
    const place = from.word();
    const mode = readMode(from);
    const misses = from.word();
    return { region: regionOf({ mode, misses }, from.list(block)), place };
  });
}
