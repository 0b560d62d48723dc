/**
 * Regions on their way to another thread, and what was made of them on the way back, as words. Decoded instructions go as they are:
 * what is learnt of them while they run is part of how they are translated.
 */
import { Block } from '../cpu/decode/code-cache.ts';
import { Insn, INSN_WORDS } from '../cpu/decode/insn.ts';
import type { Made, Order } from './compile.ts';
import type { Site } from './emit/interpreter.ts';
import type { Exit } from './exit.ts';
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

export function packOrders(orders: readonly Order[]): Int32Array<ArrayBuffer> {
  const to: number[] = [orders.length];
  for (const { region, place } of orders) {
    const { mode, misses, blocks } = region;
    to.push(place, mode.number, mode.mask, modeBits(mode), misses, blocks.length);
    for (const { eip, source, known } of blocks) {
      to.push(eip, source.physical, source.tail, source.insns.length);
      for (const insn of source.insns) to.push(...insn.words());
      to.push(known.length, ...known);
    }
  }
  return Int32Array.from(to);
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

/** The instructions of a region, as they are numbered on the way back. */
const insnsOf = ({ blocks }: FoundRegion) => blocks.flatMap(({ source }) => source.insns);
const NONE = -1;
const HAS_EIP = 1;
const FILLABLE = 2;
const USUAL = 4;

export function packMade(orders: readonly Order[], made: readonly Made[]): Int32Array<ArrayBuffer> {
  const to: number[] = [];
  orders.forEach(({ region }, n) => {
    const { exits, sites, cost } = made[n]!;
    const numbers = new Map(insnsOf(region).map((insn, number) => [insn, number]));
    const numberOf = (insn: Insn | undefined) => (insn ? numbers.get(insn)! : NONE);
    to.push(cost, exits.length);
    for (const exit of exits) {
      const { eip, done, access, fillable, apart, special, usual, unknown } = exit;
      const has =
        (eip === undefined ? 0 : HAS_EIP) | (fillable === true ? FILLABLE : 0) | (usual === true ? USUAL : 0);
      const block = unknown ? region.blocks.findIndex(({ source }) => source === unknown) : NONE;
      to.push(has, eip ?? 0, done, numberOf(access), numberOf(apart), numberOf(special), block);
    }
    to.push(sites.length);
    for (const { insn, eip, last } of sites) to.push(numberOf(insn), eip, last ? 1 : 0);
  });
  return Int32Array.from(to);
}

/** What was made of the regions of `orders`, by their own instructions and blocks. */
export function unpackMade(orders: readonly Order[], words: Int32Array): Made[] {
  const from = new Reader(words);
  return orders.map(({ region }) => {
    const insns = insnsOf(region);
    function exit(): Exit {
      const has = from.word();
      const [eip, done] = [from.word(), from.word()];
      const [access, apart, special] = [insns[from.word()], insns[from.word()], insns[from.word()]];
      const unknown = region.blocks[from.word()]?.source;
      return {
        ...{ eip: (has & HAS_EIP) === 0 ? undefined : eip, done, fillable: (has & FILLABLE) !== 0 },
        usual: (has & USUAL) !== 0,
        ...(access && { access }),
        ...(apart && { apart }),
        ...(special && { special }),
        ...(unknown && { unknown }),
      };
    }
    const site = (): Site => ({ insn: insns[from.word()]!, eip: from.word(), last: from.word() !== 0 });
    const cost = from.word();
    return { cost, exits: from.list(exit), sites: from.list(site) };
  });
}
