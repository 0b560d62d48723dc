/**
 * From CS:EIP to a block of decoded instructions: fetch with limit check and translation (SDM vol. 3A, 5.3 and 4.6), decoding,
 * and the table from linear address to block that makes this one lookup most of the time.
 *
 * Much code runs once and never again. What can be run straight from its bytes (`cpu/direct`) is decoded when it is hot. Other blocks are kept
 * when they run for the second time; until then their instructions are the same few objects for all code.
 */
import { PAGE_SIZE, PageFlag } from '../../memory/layout.ts';
import type { PhysicalMemory } from '../../memory/physical-memory.ts';
import type { Faults } from '../interrupts/fault.ts';
import { type CpuEvents, News, Watched } from '../env.ts';
import type { Mmu } from '../paging/mmu.ts';
import { Attr, CPL, CS, EIP, type Views } from '../state.ts';
import { Block, type CodeCache, MOST_PASSED } from './code-cache.ts';
import { type CodeReader, type Decoder, MAX_LENGTH } from './decoder.ts';
import { Insn } from './insn.ts';
import type { Splits } from './splits.ts';

/** Longest block in instructions: bounds what a breakpoint change or an invalidation throws away. */
const MAX_BLOCK = 64;
/** Behind so many bytes the last instruction of a block begins that is not kept: see `MOST_PASSED`. */
const MAX_PASSING = MOST_PASSED - MAX_LENGTH;
/** Entries of the table from linear address to block. */
const LINEAR_SLOTS = 1 << 16;

/** What `splits.ts` says, and what the debug registers want. */
export interface FetchSplits extends Pick<Splits, 'has' | 'meet'> {
  /** The run loop may stop at a linear address. */
  near(linear: number): boolean;
}

export interface Fetch {
  /** The block at CS:EIP, if it is decoded already. @throws CpuFault when the fetch faults */
  find(): Block | undefined;
  /**
   * Tells of code that is about to be executed without being fetched here, while nobody wants to see each block (`run-loop.ts`).
   * @returns false to leave that to `find`, which comes next
   */
  tells(linear: number, physical: number): boolean;
  /** May code of the page at CS:EIP be news? Then it runs block by block. */
  isNews(): boolean;
  /** The physical address of the block that `find` has just not found. */
  readonly missing: () => number;
  /** Decodes the block that `find` has just not found: EIP and what it means are still the same. @throws CpuFault */
  decode(): Block;
  /** The run ends before a block: what was decoded of it is as good when it goes on there, if nothing is decoded meanwhile. */
  hold(block: Block): void;
  /** Decodes 32-bit code inside of a page, which has run there, and keeps it. */
  keep(linear: number, physical: number): Block | undefined;
}

/** A reader that has nothing at hand yet. */
const createReader = (next: () => number): CodeReader => ({
  bytes: new Uint8Array(0),
  at: 0,
  limit: 0,
  next,
});

/** Thrown, not an error: the debugger wants to stop before the code is executed. */
export const STOP_AT_NEW_CODE = Symbol('stop at new code');

/**
 * @param events is told of pages before their code is executed, and may stop there
 * @param splits where blocks must begin, for there may be a breakpoint
 * @param keeps a block at a physical address is kept from the first time on
 */
export function createFetch(
  views: Views,
  memory: PhysicalMemory,
  mmu: Mmu,
  decoder: Decoder,
  cache: CodeCache,
  faults: Faults,
  splits: FetchSplits,
  events: Pick<CpuEvents, 'newCode' | 'watchedCode'>,
  keeps: (physical: number) => boolean,
): Fetch {
  const { state, segBase, segLimit, segAttr } = views;
  const { watchedCode } = events;

  // From linear address to block: valid while the TLB generation and the mode are the same.
  const slots: (Block | undefined)[] = new Array<Block | undefined>(LINEAR_SLOTS).fill(undefined);

  /** Reads code inside one page of RAM at full speed; thrown at the page's end. */
  const PAGE_END = Symbol('end of page');
  const pageReader = createReader(() => {
    throw PAGE_END;
  });

  /** The instructions of the block that is not kept: only one is under way. */
  const passing = Array.from({ length: MAX_BLOCK }, () => new Insn());
  /** It was decoded last, and has not run. */
  let held: { readonly block: Block; readonly wide: boolean } | undefined;
  function passingInsn(n: number): Insn {
    const insn = passing[n];
    insn.clear();
    return insn;
  }

  /** The block that was held, if what is to be decoded is that: it may have been written to, and must not run across a new place. */
  function takeHeld(linear: number, wide: boolean): Block | undefined {
    const known = held;
    held = undefined;
    if (known?.block.physical !== missing || known.wide !== wide || !cache.hasPassed(missing))
      return undefined;
    const { block } = known;
    if (!block.breakpoint && splits.has(linear, missing)) return undefined;
    for (const { start } of block.insns)
      if (start > 0 && splits.has(linear + start, missing + start)) return undefined;
    return block;
  }

  function decodeBlock(physical: number, linear: number, wide: boolean, kept: boolean): Block | undefined {
    const insns: Insn[] = [];
    const most = kept ? PAGE_SIZE : MAX_PASSING;
    pageReader.bytes = memory.bytes;
    pageReader.at = physical;
    pageReader.limit = Math.min((physical & -PAGE_SIZE) + PAGE_SIZE, memory.size);
    let size = 0;
    try {
      while (insns.length < MAX_BLOCK && size <= most) {
        if (size > 0 && splits.has(linear + size, physical + size)) break;
        const insn = kept ? new Insn() : passingInsn(insns.length);
        decoder.decode(pageReader, wide, insn);
        insn.start = size;
        size += insn.end;
        insn.end = size;
        insn.index = insns.length;
        insns.push(insn);
        if (insn.ends || pageReader.at === pageReader.limit) break;
      }
    } catch (error) {
      if (error !== PAGE_END) throw error;
      if (insns.length === 0) return undefined;
    }
    return new Block(physical, size, insns, splits.has(linear, physical));
  }

  /** Bytes one at a time with limit check and translation, for code that crosses a page or lies outside RAM. */
  let slowOffset = 0;
  const slowReader = createReader(() => {
    if (slowOffset >>> 0 > segLimit[CS]) faults.gp(0);
    const physical = mmu.translateFetch((segBase[CS] + slowOffset) | 0, state[CPL] === 3);
    slowOffset = (slowOffset + 1) | 0;
    return memory.read(physical, 1);
  });
  function decodeSlow(wide: boolean): Block {
    slowOffset = state[EIP];
    const insn = new Insn();
    decoder.decode(slowReader, wide, insn);
    const linear = (segBase[CS] + state[EIP]) | 0;
    return new Block(0, insn.end, [insn], splits.near(linear));
  }

  /** The next page of linear memory, where an instruction that begins at `linear` ends. @throws CpuFault */
  const tailOf = (linear: number) =>
    mmu.translateFetch(((linear & -PAGE_SIZE) + PAGE_SIZE) | 0, state[CPL] === 3);

  /** The instruction at CS:EIP, which begins in RAM and ends on the next page: kept if it ends in another page of RAM. */
  function decodeCrossing(physical: number, linear: number, wide: boolean): Block {
    const block = decodeSlow(wide);
    const tail = tailOf(linear);
    if (tail >= memory.size || tail >>> 12 === physical >>> 12) return block;
    tell(((linear & -PAGE_SIZE) + PAGE_SIZE) | 0, tail, !cache.hasPage(tail));
    const kept = new Block(physical, block.size, block.insns, splits.has(linear, physical), tail);
    cache.add(kept, wide);
    return kept;
  }

  function isWatched(linear: number): boolean {
    const watched = watchedCode.pages?.watched[linear >>> 12] ?? 0;
    return (watched & (state[CPL] === 3 ? Watched.User : Watched.Kernel)) !== 0;
  }

  /** Code of a page that the TLB knows is about to be executed: who waits for it may stop there. @returns whether nobody does */
  function mayGoOn(linear: number, physical: number, fresh: boolean): boolean {
    const page = physical >>> 12;
    const isTold = (memory.pageFlags[page]! & PageFlag.Told) !== 0;
    if (isWatched(linear)) return mayGoOnWatched(linear, physical, fresh, isTold);
    if (!fresh || (!watchedCode.anywhere && isTold)) return true;
    if (events.newCode(linear >>> 0, physical, fresh) === News.Stop) return false;
    memory.pageFlags[page]! |= PageFlag.Told;
    return true;
  }
  function mayGoOnWatched(linear: number, physical: number, fresh: boolean, isTold: boolean): boolean {
    const user = state[CPL] === 3;
    if (isTold && !mmu.isNews(linear, user) && !(fresh && watchedCode.anywhere)) return true;
    const news = events.newCode(linear >>> 0, physical, fresh || !isTold);
    // It is not asked about again until other code is there, which only tells of itself where code is known to be.
    cache.guardTold(physical);
    memory.pageFlags[physical >>> 12]! |= PageFlag.Told;
    if (news === News.None) mmu.knowCode(linear, user);
    return news !== News.Stop;
  }

  function tell(linear: number, physical: number, fresh: boolean): void {
    // Not an error: see above.
    if (!mayGoOn(linear, physical, fresh)) throw STOP_AT_NEW_CODE;
  }

  const isBeyondLimit = (eip: number, { size }: Block) => (eip >>> 0) + size - 1 > segLimit[CS];

  const wideNow = () => (segAttr[CS] & Attr.Big) !== 0;
  const linearNow = () => (segBase[CS] + state[EIP]) | 0;
  /** The physical address of the block that has not been found. */
  let missing = 0;

  /** The table knows where and how a block has just been fetched. */
  function remember(block: Block, linear: number, wide: boolean): void {
    block.linear = linear;
    block.generation = mmu.generation();
    block.mode = modeOf(wide);
    slots[slotOf(linear)] = block;
  }
  const slotOf = (linear: number) => (linear ^ (linear >>> 16)) & (LINEAR_SLOTS - 1);
  const modeOf = (wide: boolean) => (wide ? 1 : 0) | (state[CPL] === 3 ? 2 : 0);

  /** A block that is fetched at CS:EIP, if it is what it was there, too. */
  function checked(block: Block, linear: number, wide: boolean): Block {
    if (isBeyondLimit(state[EIP], block)) return decodeSlow(wide);
    // The page that it ends on may have changed: then it is another instruction.
    if (block.tail < 0 || tailOf(linear) === block.tail) return block;
    cache.invalidate(block.physical, 1);
    return decodeCrossing(block.physical, linear, wide);
  }

  return {
    find() {
      const linear = linearNow();
      const wide = wideNow();
      let block = slots[slotOf(linear)];
      const known = block?.valid === true && block.linear === linear && block.mode === modeOf(wide);
      if (block === undefined || !known || block.generation !== mmu.generation()) {
        if (state[EIP] >>> 0 > segLimit[CS]) faults.gp(0);
        const physical = mmu.translateFetch(linear, state[CPL] === 3);
        splits.meet(linear, physical);
        // After a flush of the TLB the same code is mostly still there.
        if (block?.valid !== true || !known || block.physical !== physical)
          block = cache.find(physical, wide);
        if (physical < memory.size) tell(linear, physical, block === undefined && !cache.hasPage(physical));
        if (block === undefined) {
          missing = physical;
          return undefined;
        }
        remember(block, linear, wide);
      }
      return checked(block, linear, wide);
    },
    // Where somebody watches, `find` asks.
    tells: (linear, physical) =>
      physical < memory.size && !isWatched(linear) && mayGoOn(linear, physical, !cache.hasPage(physical)),
    isNews: () => mmu.isNews(linearNow(), state[CPL] === 3),
    missing: () => missing,
    decode() {
      const linear = linearNow();
      const wide = wideNow();
      if (missing >= memory.size) return decodeSlow(wide);
      const waiting = held && takeHeld(linear, wide);
      if (waiting) return checked(waiting, linear, wide);
      const kept = keeps(missing) || cache.hasPassed(missing);
      const block = decodeBlock(missing, linear, wide, kept);
      if (!block) return decodeCrossing(missing, linear, wide);
      if (kept) {
        cache.add(block, wide);
        remember(block, linear, wide);
      } else cache.pass(block);
      return checked(block, linear, wide);
    },
    hold(block) {
      if (block.insns[0] === passing[0]) held = { block, wide: wideNow() };
    },
    keep(linear, physical) {
      const block = decodeBlock(physical, linear, true, true);
      if (!block) return undefined;
      cache.add(block, true);
      return block;
    },
  };
}
