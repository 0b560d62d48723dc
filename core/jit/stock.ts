/**
 * Translations in stock: what an earlier run has translated is made ready by the other thread while that has nothing else to do,
 * before the machine comes to it, and taken when it does, if the same code stands there. So what is known to become hot need not
 * become so first, and what was translated once need not be translated again.
 *
 * It makes no difference to the machine: a region is taken only where all of its code is as it was, and on pages whose code has been
 * executed, as that of any other region.
 */
import type { Block } from '../cpu/decode/code-cache.ts';
import type { Heat } from '../cpu/direct/heat.ts';
import type { OpenBatch, TranslationCache } from './cache.ts';
import type { TranslationRecord } from './compile.ts';
import type { CompileAnswer, Compiler, Work } from './compiler.ts';
import { modeFor } from './discover.ts';
import { hashOf, isWhole, type KeptRegion, packKept, sizeOf, unpackKept } from './kept-regions.ts';
import { isSameMode, modeOf, runsIn } from './mode.ts';
import { PAGE_SIZE } from '../memory/layout.ts';
import { terminatorOf } from './lift-region.ts';
import { joinObjects, madeOf, splitObjects } from './object-words.ts';
import { joinOrders, type PackedBlock, type PackedRegion, physicalOf, readPacked } from './parcel.ts';
import { type FoundBlock, type FoundRegion, regionOf } from './region.ts';
import type { Translation } from './translation.ts';

/** Words of orders that are made a module together. */
const BATCH_WORDS = 8000;
/** Words of orders that are made ready soon, behind the last one to which the machine has come: the others follow at leisure. */
const WORDS_AHEAD = 20_000;
/** Words of all regions that are kept. */
const MOST_WORDS = 4 << 20;
/** After so many runs in a row that have not used it, a region is kept no longer. */
const MOST_AGE = 3;
/** How often it is looked whether a region can be taken, and how many runs of its entry lie between two looks: twice as many each time. */
const MOST_TRIES = 6;
const PAUSE = 16;

/** It is kept anew if more than one word in so many was not in stock. */
const WORTH = 50;

/** What came of a look. */
export const Found = {
  /** Nothing is known of what stands here. */
  Unknown: 0,
  /** It is to be looked again, some runs later. */
  Later: 1,
  Known: 2,
} as const;
export type Found = (typeof Found)[keyof typeof Found];

export interface Stock {
  /** What earlier runs have left is used, if there are any, and what is translated from now on is kept. */
  recall(kept: Uint8Array): void;
  /** What the next run may use: undefined where nothing was recalled, or what was is as good. */
  kept(): Uint8Array<ArrayBuffer> | undefined;
  /** Is there something for hot code at a physical address, as far as its first block tells? */
  knows(physical: number): Found;
  /** Enters what there is for a block at an EIP in a mode. */
  take(block: Block, eip: number, mode: number): Found;
  /** A region was translated in this run. @param record what is to be kept of that */
  learn(translation: Translation, record: () => TranslationRecord): void;
  /** There is nothing in stock, and nothing is kept. */
  renew(): void;
}

export interface StockParts {
  readonly compiler: Pick<Compiler, 'ahead'>;
  readonly translations: Pick<TranslationCache, 'reserve' | 'release' | 'open' | 'make'>;
  readonly heat: Pick<Heat, 'set'>;
  readonly ram: Uint8Array;
  /** Its number: what another one has made is of no use. */
  readonly translator: number;
  /** How often a block runs before it is looked at. */
  readonly threshold: number;
  /** Has code on the page of a physical address been executed, since it is there? */
  isTold(physical: number): boolean;
  /** The decoded block at an EIP, as for any other region that is entered at `entry`. */
  findBlock(eip: number, user: boolean, entry: Block): Block | undefined;
  enter(translation: Translation): void;
}

/** A module of regions in stock. */
interface Module {
  readonly answer: CompileAnswer;
  readonly objects: readonly Int32Array[];
  batch: OpenBatch | undefined;
}

const NOWHERE = -1;

/** A region that may come to be used. */
class Entry {
  /** In the table of functions, while it is compiled and when it is. */
  place = NOWHERE;
  /** Where it is compiled, and its number there. */
  module: Module | undefined;
  number = 0;
  /** How often it could not be taken. */
  tries = 0;
  readonly physical: number;
  private region: PackedRegion | undefined;
  /** @param begin the words of what was used before it */
  constructor(
    readonly kept: KeptRegion,
    readonly begin: number,
  ) {
    this.physical = physicalOf(kept.words);
  }
  get packed(): PackedRegion {
    return (this.region ??= readPacked(this.kept.words));
  }
  /** It may still be taken. */
  waits = true;
  private whole: boolean | undefined;
  /** It was translated before, and what was made of it then is as it was. */
  get isMade(): boolean {
    return (this.whole ??= isWhole(this.kept));
  }
}

/** How many bytes of a block lie on its first page. */
const firstPart = ({ physical, tail, size }: PackedBlock) =>
  tail < 0 ? size : PAGE_SIZE - (physical & (PAGE_SIZE - 1));

/** What a region is: one that has grown takes the place of what it was. Its first block tells different code at one place apart. */
function keyOf({ code }: KeptRegion, { mode: { number, mask }, blocks }: PackedRegion): string {
  const { eip, physical, size } = blocks[0]!;
  return [eip, physical, number, mask, ...code.subarray(0, size)].join();
}

export function createStock(parts: StockParts): Stock {
  const { compiler, translations, heat, ram, translator, threshold, isTold, findBlock, enter } = parts;
  /** By the physical address of where they are entered. */
  const entries = new Map<number, Entry[]>();
  /** All of them, in the order in which they were used, and how many of them are compiled or being so. */
  let all: readonly Entry[] = [];
  let sent = 0;
  /** How many batches are being compiled. */
  let underway = 0;
  /** What this run has used, or undefined if nothing is kept. */
  let learnt: Map<string, KeptRegion> | undefined;
  let learntWords = 0;
  /** The part of that which was not in stock. */
  let newWords = 0;

  /** Are the first bytes of a region in RAM what they were? @param most how many blocks are looked at */
  function isSame({ kept: { code }, packed: { blocks } }: Entry, most = blocks.length): boolean {
    const differs = (from: number, at: number, size: number) => {
      for (let n = 0; n < size; n++) if (ram[from + n] !== code[at + n]) return true;
      return false;
    };
    let at = 0;
    for (let n = 0; n < most; n++) {
      const block = blocks[n]!;
      const { physical, tail, size } = block;
      const first = firstPart(block);
      if (differs(physical, at, first) || differs(tail, at + first, size - first)) return false;
      at += size;
    }
    return true;
  }
  function codeOf({ blocks }: PackedRegion): Uint8Array {
    const code = new Uint8Array(blocks.reduce((sum, { size }) => sum + size, 0));
    let at = 0;
    for (const block of blocks) {
      const { physical, tail, size } = block;
      const first = firstPart(block);
      code.set(ram.subarray(physical, physical + first), at);
      if (first < size) code.set(ram.subarray(tail, tail + size - first), at + first);
      at += size;
    }
    return code;
  }
  const isExecuted = ({ packed: { blocks } }: Entry) =>
    blocks.every(({ physical, tail }) => isTold(physical) && (tail < 0 || isTold(tail)));

  /** The region, of the blocks that are there now: all that its translation was made of is as it was, or there is none. */
  function liveRegion({ packed: { mode, misses, blocks } }: Entry, entry: Block): FoundRegion | undefined {
    const live: FoundBlock[] = [];
    for (const [index, { eip, physical, tail, size, known, teach }] of blocks.entries()) {
      const source = index === 0 ? entry : findBlock(eip, mode.user, entry);
      const is = source?.physical === physical && source.size === size && source.tail === tail;
      if (!is || !teach(source.insns)) return undefined;
      if (source.indirect) for (const target of known) source.noteTarget(target);
      live.push({ index, eip, source, terminator: terminatorOf(eip, source), known });
    }
    if (!isSameMode(modeFor(live, modeOf(mode.number)), mode)) return undefined;
    return regionOf({ mode, misses }, live);
  }

  /** It is not looked at again. */
  function giveUp(entry: Entry): void {
    if (entry.place !== NOWHERE) translations.release(entry.place);
    leave(entry);
  }
  function leave(entry: Entry): void {
    entry.waits = false;
    entry.place = NOWHERE;
    entry.module = undefined;
  }
  function putOff(entry: Entry): Found {
    if (++entry.tries > MOST_TRIES) {
      giveUp(entry);
      return Found.Unknown;
    }
    heat.set(entry.physical, Math.max(0, threshold - (PAUSE << entry.tries)));
    return Found.Later;
  }

  function note(region: KeptRegion, packed: PackedRegion): void {
    if (!learnt) return;
    const key = keyOf(region, packed);
    const before = learnt.get(key);
    const words = learntWords + sizeOf(region) - (before ? sizeOf(before) : 0);
    if (words > MOST_WORDS) return;
    learntWords = words;
    learnt.set(key, region);
  }

  /** What was made in this run is new. */
  function keep(
    words: Int32Array,
    code: Uint8Array,
    object: Int32Array,
    looks: number,
    packed: PackedRegion,
  ): void {
    note({ words, code, object, hash: hashOf(words, object), looks, age: 0 }, packed);
    newWords += sizeOf({ words, object });
  }

  /** @returns undefined for one that asks for functions which there are not: what is kept comes from outside */
  function opened(answer: CompileAnswer): OpenBatch | undefined {
    try {
      return translations.open(answer);
    } catch (error) {
      if (error instanceof WebAssembly.LinkError) return undefined;
      throw error;
    }
  }

  function takeFrom(module: Module, entry: Entry, block: Block): Found {
    const { kept, packed, place, number } = entry;
    const region = liveRegion(entry, block);
    if (!region) return putOff(entry);
    if (module.batch?.dropped !== false) module.batch = opened(module.answer);
    if (!module.batch) {
      giveUp(entry);
      return Found.Unknown;
    }
    const object = module.objects[number]!;
    const { words, looks } = kept;
    block.looks = Math.max(block.looks, looks);
    const { isMade } = entry;
    leave(entry);
    enter(translations.make(module.batch, region, madeOf(region, object), place));
    if (isMade) note({ ...kept, age: 0 }, packed);
    else keep(words, kept.code, object, looks, packed);
    return Found.Known;
  }

  /** Lets the next regions be made a module, which are used one after the other: of those that were translated before, or of those that were not. */
  function compileBatch(soon: boolean): void {
    const batch: Entry[] = [];
    for (let size = 0; size < BATCH_WORDS && sent < all.length; sent++) {
      const entry = all[sent]!;
      if (!entry.waits) continue;
      if (batch[0] && batch[0].isMade !== entry.isMade) break;
      entry.number = batch.length;
      entry.place = translations.reserve();
      size += entry.kept.words.length;
      batch.push(entry);
    }
    if (batch.length === 0) return;
    const made = batch[0]!.isMade ? batch.map(({ kept }) => kept.object!) : undefined;
    const work: Work = made
      ? { objects: joinObjects(made), places: batch.map(({ place }) => place) }
      : { orders: joinOrders(batch.map(({ kept: { words }, place }) => ({ words, place }))) };
    const mine = all;
    underway++;
    compiler.ahead!(work, soon, (answer) => {
      const objects = made ?? (answer?.objects && splitObjects(answer.objects));
      const module = answer && objects && { answer, objects, batch: undefined };
      for (const entry of batch) {
        if (module && entry.waits) entry.module = module;
        else if (!module) {
          // Nothing is known of it any more: it is to become hot by itself.
          if (entry.waits) heat.set(entry.physical, 0);
          giveUp(entry);
        }
      }
      if (mine !== all) return;
      underway--;
      if (underway === 0 && module) compileBatch(false);
    });
  }
  /** Lets what comes after so many words be compiled. */
  function compileBehind(words: number): void {
    while (compiler.ahead && sent < all.length && all[sent]!.begin < words + WORDS_AHEAD) compileBatch(true);
  }

  function renew(): void {
    all.forEach(giveUp);
    all = [];
    entries.clear();
    learnt = undefined;
    learntWords = newWords = sent = underway = 0;
  }

  function recall(bytes: Uint8Array): void {
    renew();
    learnt = new Map();
    let words = 0;
    all = unpackKept(bytes, translator).map((region) => {
      const entry = new Entry(region, words);
      words += region.words.length;
      return entry;
    });
    for (const entry of all) {
      const list = entries.get(entry.physical);
      if (list) list.push(entry);
      else entries.set(entry.physical, [entry]);
      // Its first run is looked at.
      if (compiler.ahead) heat.set(entry.physical, threshold - 1);
    }
    compileBehind(0);
  }

  function kept(): Uint8Array<ArrayBuffer> | undefined {
    if (!learnt || newWords * WORTH <= learntWords) return undefined;
    const regions = [...learnt.values()];
    let words = learntWords;
    for (const { kept: region, packed } of all) {
      if (region.age >= MOST_AGE || learnt.has(keyOf(region, packed))) continue;
      words += sizeOf(region);
      if (words <= MOST_WORDS) regions.push({ ...region, age: region.age + 1 });
    }
    return packKept(regions, translator);
  }

  return {
    recall,
    kept,
    knows(physical) {
      const list = entries.get(physical)?.filter(({ waits }) => waits) ?? [];
      if (list.some((entry) => isSame(entry, 1))) return Found.Known;
      return list.length > 0 ? putOff(list[0]!) : Found.Unknown;
    },
    take(block, eip, mode) {
      for (const entry of entries.get(block.physical) ?? []) {
        if (!entry.waits) continue;
        const { packed, module } = entry;
        if (packed.blocks[0]!.eip !== eip || !runsIn(packed.mode, mode) || !isSame(entry)) continue;
        compileBehind(entry.begin);
        return module && isExecuted(entry) ? takeFrom(module, entry, block) : putOff(entry);
      }
      return Found.Unknown;
    },
    learn({ entry: { looks } }, record) {
      if (!learnt) return;
      const { order, object } = record();
      const packed = readPacked(order);
      keep(order, codeOf(packed), object, looks, packed);
    },
    renew,
  };
}
