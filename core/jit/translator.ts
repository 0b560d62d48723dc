/**
 * The fast tier: counts how often blocks run, translates the hot ones and their surroundings, and runs translations.
 *
 * A translation is entered only where the interpreter would begin a block, with enough instructions left for its longest way
 * to the next look at the count; it stops between two instructions with the whole state in place. So the machine cannot
 * tell which tier has run: counts, faults, records of branches and the moments of interrupts are those of the interpreter.
 */
import { turnBranchLap } from '../cpu/branch-log.ts';
import type { Block } from '../cpu/decode/code-cache.ts';
import type { Direct } from '../cpu/direct/direct.ts';
import type { Heat } from '../cpu/direct/heat.ts';
import { type Guard, NO_GUARD } from '../cpu/guard.ts';
import type { Faults } from '../cpu/interrupts/fault.ts';
import type { Mmu } from '../cpu/paging/mmu.ts';
import type { Rings } from '../cpu/rings/rings.ts';
import {
  BLOCK_EIP,
  Break,
  BREAK,
  BUDGET,
  COMMITTED,
  DEBUG_HITS,
  Double,
  EIP,
  EXTRA,
  GOES_DIRECTLY,
  INDEX,
  JIT_LEFT,
  JIT_EXIT,
  MID_REP,
  type Views,
} from '../cpu/state.ts';
import type { Softfloat } from '../softfloat/softfloat.ts';
import { createTranslationCache } from './cache.ts';
import { createChain } from './chain.ts';
import type { Compiler } from './compiler.ts';
import { discover, unfinished } from './discover.ts';
import { RETURNED } from './exit.ts';
import { withBestEntry } from './passes/best-entry.ts';
import type { Site } from './emit/interpreter.ts';
import { createDie } from './die.ts';
import { createGrowth } from './growth.ts';
import { createLessons } from './lessons.ts';
import { meet as meetModes, modeNow, modeOf, runsIn } from './mode.ts';
import { RAM_BASE } from '../memory/layout.ts';
import { createQueue } from './queue.ts';
import { type FoundRegion, nextPage } from './region.ts';
import { createServices } from './services.ts';
import { createSteadiness } from './steadiness.ts';
import { createStock, Found, type Stock } from './stock.ts';
import type { TranslatorOptions } from './tier.ts';
import type { Translation } from './translation.ts';
import { translatorNumber } from './translator-number.ts';

/** What came of running a translation. */
export const Outcome = {
  Advanced: 0,
  /** Its first instruction is for the interpreter: nothing has run. */
  Nothing: 1,
  /** The last instruction, which is counted, has raised the fault in `faults.fault`. */
  Fault: 2,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** Where translated code may not run. */
export interface TranslatorStops {
  /** The debugger, or the machine's debug registers, may stop at a linear address. */
  mayStop(linear: number): boolean;
  readonly guard: Pick<Guard, 'admits' | 'current' | 'passes'>;
  /** `Splits.meet`. */
  meet(linear: number, physical: number): void;
}

export interface Translator extends Pick<Stock, 'recall' | 'kept'> {
  /** `Steadiness.isSettled`: may hot code that nobody has decoded be decoded now? */
  isSettled(physical: number): boolean;
  /**
   * The translation of a block that is about to begin at EIP, if it may be run now. Counts the block if there is none, and
   * translates it when it is hot; and once more, without the rest, if it often may not run.
   */
  find(block: Block, remaining: number): Translation | undefined;
  /** By the throw of a die, if there is one: the interpreter runs the block. */
  interprets(): boolean;
  /** `mayStop` gives other answers than before: translations that run over such a place are not used while it does. */
  stopsChanged(): void;
  /** Nothing is translated, and nothing is known of any code. */
  renew(): void;
  /**
   * Runs it, and what it goes on to, which the guard of a step has admitted as well: code straight from its bytes if `GOES_DIRECTLY`
   * says so. Time has passed when it returns.
   */
  run(translation: Translation, remaining: number): Outcome;
}

/** Blocks and known targets of a region: it is worth making it anew if there are more. */
const sizeOf = ({ blocks }: FoundRegion) => blocks.reduce((sum, { known }) => sum + 1 + known.length, 0);

export interface TranslatorParts {
  readonly views: Views;
  readonly memory: WebAssembly.Memory;
  readonly mmu: Mmu;
  readonly faults: Faults;
  /** Over the machine's memory, as is `rings`. */
  readonly softfloat: Softfloat;
  readonly rings: Rings;
  readonly stops: TranslatorStops;
  readonly compiler: Compiler;
  /** How often blocks have begun. */
  readonly heat: Heat;
  /** Who runs what is not translated, in tiers that have it. */
  readonly direct: Direct | undefined;
  /** The block of 32-bit code at a linear and a physical address, if it has run so often. */
  blockAt(linear: number, physical: number, least: number): Block | undefined;
  /** Has code on the page of a physical address been executed, since it is there? */
  isTold(physical: number): boolean;
  /** Records the branch that the state has just taken from a linear address. */
  noteBranch(from: number): void;
}

export function createTranslator(parts: TranslatorParts, options: TranslatorOptions): Translator {
  const {
    views,
    memory,
    mmu,
    faults,
    softfloat,
    rings,
    compiler,
    heat,
    direct,
    blockAt,
    noteBranch,
    isTold,
  } = parts;
  const { mayStop, meet, guard } = parts.stops;
  const { state, doubles } = views;
  const services = createServices(mmu, () => {
    pageFault = true;
  });
  const chain = createChain(memory);
  const translations = createTranslationCache(
    { memory, softfloat, rings, services, chain, direct },
    interpret,
    () => {
      lessons.learn();
    },
  );
  const lessons = createLessons(views, mmu, translations.at, options.misses);
  const die = options.mixed === undefined ? undefined : createDie(options.mixed);
  let faulted = false;
  /** The guard that has admitted all that chains go on to. */
  let admitting = NO_GUARD;
  /** Counts changes of where the machine may stop. */
  let stops = 1;
  /** The instruction before which the translation was left has raised a page fault. */
  let pageFault = false;
  const steadiness = createSteadiness(
    () => doubles[Double.Retired],
    new Uint8Array(memory.buffer, RAM_BASE),
    heat,
    options.threshold,
  );
  const growth = createGrowth(options, () => doubles[Double.Retired]);
  const queue = createQueue(compiler, options, {
    isFresh,
    order: translations.order,
    cancel: translations.cancel,
    install(orders, compiled) {
      for (const [n, translation] of translations.add(orders, compiled).entries()) {
        if (isFresh(translation.region)) {
          enter(translation);
          stock.learn(translation, () => compiled.records.at(n)!);
        } else translation.discard();
      }
    },
  });
  const stock = createStock({
    ...{ compiler, translations, heat, enter, isTold },
    threshold: options.threshold,
    ram: new Uint8Array(memory.buffer, RAM_BASE),
    translator: translatorNumber(),
    findBlock: (eip, user, entry) => findBlock(eip, user, entry, 0),
  });

  /**
   * The decoded block at an EIP, as far as the present page tables tell without a walk that would change them.
   * @param entry the first block of the region that is looked for
   * @param least how often it must have run
   */
  function findBlock(eip: number, user: boolean, entry: Block, least: number): Block | undefined {
    const physical = mmu.guessFetch(eip, user);
    if (physical < 0) return undefined;
    meet(eip, physical);
    // It is not even decoded, for that makes writes to the page slow.
    const elsewhere = physical >>> 12 !== entry.physical >>> 12;
    if (elsewhere && options.patience > 0 && steadiness.isUnsteady(physical)) return undefined;
    const block = blockAt(eip, physical, least);
    if (!block || (block.breakpoint && mayStop(eip)) || !guard.passes(block, eip)) return undefined;
    const { tail } = block;
    return tail < 0 || tail === mmu.guessFetch(nextPage(eip), user) ? block : undefined;
  }

  /** Calls the handler of an instruction for translated code. @returns 0 to go on */
  function interpret({ insn, eip, last }: Site, translation: Translation): number {
    doubles[Double.Retired] = doubles[Double.JitEnd] - state[JIT_LEFT];
    state[INDEX] = 0;
    state[BUDGET] = state[JIT_LEFT];
    state[BREAK] = 0;
    state[BLOCK_EIP] = eip;
    const end = (eip + insn.end) | 0;
    const until = doubles[Double.Until];
    state[EIP] = end;
    try {
      insn.exec(insn);
    } catch (error) {
      if (error !== faults.fault) throw error;
      // As in the interpreter: it will run again and meet its breakpoints then.
      state[DEBUG_HITS] = 0;
      if (state[COMMITTED] === 0) state[EIP] = eip + insn.start;
      state[COMMITTED] = 0;
      faulted = true;
      return count();
    }
    count();
    if (state[EIP] !== end) {
      if (state[MID_REP] === 0) noteBranch(eip + insn.start);
      return 1;
    }
    const goesOn = (state[BREAK] & Break.Event) === 0 && doubles[Double.Until] === until;
    if (last || !goesOn || !runsIn(translation.mode, modeNow(state))) return 1;
    // Other code than its own may change.
    return state[BREAK] === 0 || translation.valid ? 0 : 1;
  }
  /** Counts an instruction and the rounds that it repeated. */
  function count(): number {
    state[JIT_LEFT] -= 1 + state[EXTRA];
    state[EXTRA] = 0;
    return 1;
  }

  const mayStopIn = ({ blocks }: FoundRegion) =>
    blocks.some(({ source, eip }) => source.breakpoint && mayStop(eip));
  /** Is a region still what it was when it was found? If not, it is looked for again. */
  function isFresh(region: FoundRegion): boolean {
    const isValid = region.blocks.every(({ source }) => source.valid);
    if (isValid && !mayStopIn(region)) return true;
    if (!isValid) steadiness.blame(region);
    lookAgain(region);
    return false;
  }
  function lookAgain({ blocks }: FoundRegion): void {
    heat.set(blocks[0]!.source.physical, options.threshold);
  }
  /** May a translation run as things are: does it stop nowhere, and belong to the step, if there is one? */
  function mayRun(translation: Translation): boolean {
    if (Math.abs(translation.stops) !== stops) {
      translation.stops = mayStopIn(translation.region) ? -stops : stops;
      translation.refused = 0;
    }
    return translation.stops > 0 && guard.admits(translation);
  }

  /** One takes the place of another, which runs until then. */
  function goOnCounting(translation: Translation, other: Translation): void {
    chain.settle(other);
    translation.entered = Math.max(translation.entered, other.entered);
  }

  /**
   * Makes a translation known to its blocks, in the place of one that it is better than. One that may not run as things are may do so
   * when a step is over or a breakpoint is gone, and comes first.
   */
  function enter(translation: Translation): void {
    const { blocks } = translation.region;
    const { source } = blocks[0]!;
    let better: Translation | undefined;
    for (const other of source.translations ?? []) {
      if (other.eip !== translation.eip || !meetModes(other.mode, translation.mode)) continue;
      if (other.valid) goOnCounting(translation, other);
      if (other.valid && other.refused > 0 && !better) better = other;
      else other.discard();
    }
    // Who comes to its entry must look for it.
    heat.set(source.physical, options.threshold);
    const others = (source.translations ?? []).filter(({ valid }) => valid);
    source.translations = better ? [...others, translation] : [translation, ...others];
    for (const { source: part } of blocks)
      part.derived = [...(part.derived ?? []).filter(({ valid }) => valid), translation];
  }

  /**
   * Finds the region of a hot block at EIP and lets it wait, or compiles it at once with all that wait.
   * @param known what there is already: for more or, if it may not run, less
   */
  function request(block: Block, known: Translation | undefined): void {
    const number = modeNow(state);
    if (number < 0 || queue.has(block)) return;
    const mode = modeOf(number);
    const { user } = mode;
    const isWarm = ({ physical }: Block) => heat.of(physical) >= options.heat;
    const find = (eip: number, runsOn = false) => findBlock(eip, user, block, runsOn ? 0 : options.heat);
    // What has become as hot as it gets takes its functions in.
    const runsAt = (eip: number) => (translation: Translation) =>
      translation.valid && translation.eip === eip && runsIn(translation.mode, number) && mayRun(translation);
    const isApart = (eip: number) =>
      growth.isSmall(block) && (find(eip)?.translations?.some(runsAt(eip)) ?? false);
    const findRegion = (most: number) =>
      discover(state[EIP], mode, find, { instructions: most, isWarm, misses: options.misses, isApart });
    let found = findRegion(growth.most(block));
    if (!found || found.blocks[0]!.source !== block) {
      heat.set(block.physical, 0);
      if (known?.outdated) known.discard();
      return;
    }
    if (known?.refused === 0 && !known.outdated && sizeOf(found) === sizeOf(known.region)) return;
    let region = withBestEntry(found);
    if (isKnown(region, known)) {
      if (growth.isBusy(block)) {
        // A large region is made once, not from each place where smaller ones lead into it. What has lost its own becomes a usual one.
        if (known && !known.outdated) return;
        found = findRegion(growth.usual(block))!;
      }
      region = found;
    }
    const entry = region.blocks[0]!.source;
    entry.looks = Math.max(entry.looks, block.looks);
    // They are hot by themselves only if they still run outside of the region; who comes to one that has a translation must look for it.
    for (const { source } of region.blocks)
      if (!source.translations?.some(({ valid }) => valid))
        heat.set(source.physical, Math.min(heat.of(source.physical), options.heat));
    // While it waits, each run of it counts; where nothing waits for it, it runs on as cold code does.
    if (!compiler.background) lookAgain(region);
    queue.add(region, known !== undefined);
    // What a region is too small for is as hot as it is: nobody would have counted it before.
    for (const eip of unfinished(region)) {
      const physical = mmu.guessFetch(eip, user);
      if (physical >= 0) heat.set(physical, Math.max(heat.of(physical), options.threshold - 1));
    }
  }

  /** Is there another one than the former that is entered where this one would be, as large as that? Then that one runs from where this one was found. */
  function isKnown({ blocks, mode }: FoundRegion, former: Translation | undefined): boolean {
    const { source, eip } = blocks[0]!;
    const runs = source.translations?.some(
      (other) =>
        other !== former &&
        other.valid &&
        other.eip === eip &&
        meetModes(other.mode, mode) &&
        other.region.blocks.length >= blocks.length &&
        mayRun(other),
    );
    return runs ?? false;
  }

  function goneStale(block: Block, { region }: Translation): void {
    steadiness.blame(region);
    // What was given up for a better one is hot still.
    const changed = region.blocks.some(({ source }) => !source.valid);
    if (changed) growth.forget(block);
    heat.set(block.physical, changed ? 0 : options.threshold);
    block.translations = block.translations?.filter(({ valid }) => valid);
  }

  /** Counts a run by the interpreter, and translates what has run often. */
  function warm(block: Block): void {
    const times = heat.warm(block.physical);
    if (queue.has(block)) {
      if (compiler.background) heat.set(block.physical, Math.min(times, options.heat));
      queue.ran(block.insns.length);
      return;
    }
    if (times < options.threshold) return;
    if (stock.take(block, state[EIP], modeNow(state)) !== Found.Unknown) return;
    const patience = Math.min(steadiness.changes(block.physical), options.patience);
    if (++block.heated < 1 << patience) {
      // It runs on as cold code does, until it is hot once more.
      heat.set(block.physical, options.heat);
      return;
    }
    block.heated = 0;
    request(block, undefined);
  }

  /** A translation may not run: when that happens often, what may is translated without the rest. */
  function refuse(block: Block, translation: Translation): void {
    if (queue.has(block)) queue.ran(block.insns.length);
    else if (++translation.refused % options.threshold === 0) request(block, translation);
  }

  /** Lets chains enter it until it is to be looked at again. */
  function grant(translation: Translation): void {
    chain.link(translation, growth.grant(translation));
  }

  /** What `translationOf` has just not found, for it may not run. */
  let refused: Translation | undefined;
  function translationOf(block: Block): Translation | undefined {
    refused = undefined;
    if (!block.translations) return undefined;
    const eip = state[EIP];
    const mode = modeNow(state);
    for (const translation of block.translations) {
      if (translation.eip !== eip || !runsIn(translation.mode, mode)) continue;
      if (!translation.valid) {
        goneStale(block, translation);
        return undefined;
      }
      if (mayRun(translation)) return translation;
      refused ??= translation;
    }
    return undefined;
  }

  return {
    isSettled(physical) {
      const known = stock.knows(physical);
      return known === Found.Unknown ? steadiness.isSettled(physical) : known === Found.Known;
    },
    recall: stock.recall,
    kept: stock.kept,
    find(block, remaining) {
      let translation = translationOf(block);
      if (!translation) {
        if (refused) refuse(block, refused);
        else warm(block);
        translation = translationOf(block);
        if (!translation) return undefined;
      }
      if (translation.cost > remaining || die?.() === 0) return undefined;
      chain.settle(translation);
      // What was cold when it was made may have become hot.
      if (growth.look(translation) || translation.outdated) {
        request(block, translation);
        translation = translationOf(block) ?? translation;
        translation.entered++;
        if (translation.cost > remaining) return undefined;
      }
      return translation;
    },
    interprets: () => die?.() === 0,
    stopsChanged() {
      stops++;
      chain.clear();
    },
    renew() {
      chain.clear();
      queue.forget();
      steadiness.forget();
      translations.clear();
      stock.renew();
    },
    run(translation, remaining) {
      const end = doubles[Double.Retired] + remaining;
      doubles[Double.JitEnd] = end;
      faulted = false;
      pageFault = false;
      if (guard.current() !== admitting) chain.clear();
      admitting = guard.current();
      if (translation.granted === 0 && die === undefined) grant(translation);
      state[JIT_EXIT] = RETURNED;
      turnBranchLap(views);
      if (die) state[GOES_DIRECTLY] = 0;
      const left = lessons.leave(translations.enter(translation, remaining));
      doubles[Double.Retired] = end - left;
      if (pageFault) {
        doubles[Double.Retired] += 1;
        return Outcome.Fault;
      }
      if (faulted) return Outcome.Fault;
      return left === remaining ? Outcome.Nothing : Outcome.Advanced;
    },
  };
}
