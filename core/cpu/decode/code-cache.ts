/**
 * Decoded blocks, keyed by physical address, and their precise invalidation.
 *
 * A block is a straight run of instructions inside one physical page, or a single one that crosses into another page. A write to a page that holds code first asks how many
 * blocks cover the bytes it touches, so data that lives beside code costs a look at a few bytes (see `PageFlag.Code` for
 * how such writes arrive here). The passage page of a guest lives on that: it is written to at each switch.
 */
import { PAGE_SIZE, PageFlag } from '../../memory/layout.ts';
import type { PhysicalMemory } from '../../memory/physical-memory.ts';
import type { Translation } from '../../jit/translation.ts';
import type { Insn } from './insn.ts';

/** Places that are remembered of an indirect jump. */
const MOST_TARGETS = 32;

/** What was made of decoded blocks, and is stale when one of them is dropped. */
export interface Derived {
  readonly valid: boolean;
  discard(): void;
}

export class Block {
  /** Cleared when any of its bytes is written. */
  valid = true;
  /** Where and how it was fetched last: linear address, generation of the TLB, operand size and ring (see `fetch.ts`). */
  linear = 0;
  generation = -1;
  mode = 0;
  /** Where its indirect jump or call went, the first few places. */
  targets: number[] | undefined;
  /** The translations that are entered here, and all that contain it. */
  translations: readonly Translation[] | undefined;
  derived: Derived[] | undefined;
  /** How often it has become hot and was not translated, for the code on its page keeps changing. */
  heated = 0;
  /** How often what is entered here was looked at for growing. */
  looks = 0;
  /** The guard that lets it pass without being asked, and at which linear address. */
  passes = 0;
  passesAt = 0;
  /** What a tracer keeps with it. */
  traced: object | undefined;
  /** Where its last instruction begins, in bytes from its own beginning. */
  readonly lastStart: number;
  /** It ends with an indirect near jump or call. */
  readonly indirect: boolean;
  constructor(
    readonly physical: number,
    /** Length in bytes. */
    readonly size: number,
    readonly insns: readonly Insn[],
    /** A breakpoint may lie on the first instruction. */
    public breakpoint: boolean,
    /** Physical address of the part on the next page, for the one instruction that crosses into it; else -1. */
    readonly tail = -1,
  ) {
    const last = insns.at(-1);
    this.lastStart = last?.start ?? 0;
    this.indirect = last?.opcode === 0xff && (last.digit === 2 || last.digit === 4);
  }

  /** Its first byte in one of its physical pages, and behind its last one there: physical addresses. */
  from(page: number): number {
    return this.physical >>> 12 === page ? this.physical : page * PAGE_SIZE;
  }
  to(page: number): number {
    const first = this.physical >>> 12;
    const end = this.physical + this.size;
    if (first !== page) return page * PAGE_SIZE + end - (first + 1) * PAGE_SIZE;
    return this.tail < 0 ? end : (page + 1) * PAGE_SIZE;
  }

  noteTarget(eip: number): void {
    this.targets ??= [];
    if (this.targets.length < MOST_TARGETS && !this.targets.includes(eip)) this.targets.push(eip);
  }
}

function discard(block: Block): void {
  block.valid = false;
  if (block.derived) for (const one of block.derived) one.discard();
}

/** So many bytes of code that was told are guarded: whoever puts other code there writes the whole page. */
const GUARDED = 16;

/** Most bytes of a block of which no more than its limits are known. */
export const MOST_PASSED = 128;

interface PageCode {
  readonly blocks: Block[];
  /** How many blocks cover each byte of the page. A count that reaches `MANY` stays. */
  readonly cover: Uint8Array;
  /** For each byte the size of the block that has run once from there and was not kept, or 0. They count as code. */
  readonly passed: Uint8Array;
  /** How many such blocks there are. */
  passes: number;
  /** Where bytes are guarded that somebody has been told of (`guardTold`); -1: nowhere. */
  told: number;
}

const MANY = 255;
const isEmpty = ({ blocks, passes, told }: PageCode) => blocks.length === 0 && passes === 0 && told < 0;
const MOST_DROPPED = 0x1_0000;

export interface CodeCache {
  find(physical: number, wide: boolean): Block | undefined;
  add(block: Block, wide: boolean): void;
  /** Remembers of a block inside one page, of at most `MOST_PASSED` bytes, that it runs, and nothing else. */
  pass(block: Block): void;
  /** Has a block at a physical address run that was not kept, and is still what it was? */
  hasPassed(physical: number): boolean;
  /** `PageFlag.Told` of a page goes when the code at a physical address is written to, if no code of the page is guarded so yet. */
  guardTold(physical: number): void;
  /** Is there decoded code on the page of a physical address? */
  hasPage(physical: number): boolean;
  /** Drops the blocks that overlap a written range inside one page. Returns whether there were any. */
  invalidate(physical: number, length: number): boolean;
  /**
   * Lets blocks begin at these offsets in a physical page, or in any: drops those that run across, and says so of those that
   * begin there.
   */
  split(offsets: ReadonlySet<number>, page?: number): void;
  /** @param all what is guarded, too */
  clear(all?: boolean): void;
}

/** @param onDrop a block is dropped, for its bytes have been written or it must not run across a place */
export function createCodeCache(
  memory: PhysicalMemory,
  onNewPage: (page: number) => void,
  onDrop: (physical: number) => void = () => undefined,
): CodeCache {
  const blocks = new Map<number, Block>();
  /** Blocks dropped since the last sweep: at most so many are still in the map. */
  let dropped = 0;
  /** By page number. */
  const pages: (PageCode | undefined)[] = new Array<undefined>(memory.size / PAGE_SIZE).fill(undefined);
  const key = (physical: number, wide: boolean) => physical * 2 + (wide ? 1 : 0);

  /** Counts bytes of a page, by their offsets, in (1) or out (-1). */
  function coverBytes(code: PageCode, from: number, to: number, step: number): void {
    for (let at = from; at < to; at++) if (code.cover[at] !== MANY) code.cover[at]! += step;
  }
  /** The same for the part of a block on a page. */
  function cover(page: number, code: PageCode, block: Block, step: number): void {
    const first = page * PAGE_SIZE;
    coverBytes(code, block.from(page) - first, block.to(page) - first, step);
  }

  /** Code that changes is mostly decoded again at the same place: its entry waits there for the next block. */
  function drop(block: Block): void {
    discard(block);
    onDrop(block.physical);
    if (++dropped < MOST_DROPPED) return;
    dropped = 0;
    for (const [at, { valid }] of blocks) if (!valid) blocks.delete(at);
  }

  function dropPage(page: number): void {
    pages[page] = undefined;
    memory.pageFlags[page] &= ~PageFlag.Code;
  }

  function codeOf(page: number): PageCode {
    let code = pages[page];
    if (!code) {
      const [counts, passed] = [new Uint8Array(PAGE_SIZE), new Uint8Array(PAGE_SIZE)];
      code = { blocks: [], cover: counts, passed, passes: 0, told: -1 };
      pages[page] = code;
      memory.pageFlags[page] |= PageFlag.Code;
      onNewPage(page);
    }
    return code;
  }

  function addPart(page: number, block: Block): void {
    const code = codeOf(page);
    code.blocks.push(block);
    cover(page, code, block, 1);
  }

  /** Forgets the part of a dropped block on a page. */
  function forgetPart(page: number, block: Block): void {
    const code = pages[page];
    if (!code) return;
    cover(page, code, block, -1);
    code.blocks.splice(code.blocks.indexOf(block), 1);
  }

  function pass({ physical, size }: Block): void {
    const code = codeOf(physical >>> 12);
    const at = physical & (PAGE_SIZE - 1);
    code.passed[at] = size;
    code.passes++;
    coverBytes(code, at, at + size, 1);
  }
  function guardTold(physical: number): void {
    const code = codeOf(physical >>> 12);
    if (code.told >= 0) return;
    code.told = Math.min(physical & (PAGE_SIZE - 1), PAGE_SIZE - GUARDED);
    coverBytes(code, code.told, code.told + GUARDED, 1);
  }
  function forgetTold(page: number, code: PageCode): void {
    coverBytes(code, code.told, code.told + GUARDED, -1);
    code.told = -1;
    memory.pageFlags[page] &= ~PageFlag.Told;
  }
  const hasPassed = (physical: number) =>
    (pages[physical >>> 12]?.passed[physical & (PAGE_SIZE - 1)] ?? 0) > 0;
  function forgetPassed(physical: number): void {
    const code = pages[physical >>> 12];
    const at = physical & (PAGE_SIZE - 1);
    const size = code?.passed[at] ?? 0;
    if (!code || size === 0) return;
    coverBytes(code, at, at + size, -1);
    code.passed[at] = 0;
    code.passes--;
  }

  function dropWhole(block: Block): void {
    forgetPart(block.physical >>> 12, block);
    if (block.tail >= 0) forgetPart(block.tail >>> 12, block);
    drop(block);
  }

  /** Drops the blocks of a page that overlap [from, to), physical addresses on it. */
  function dropRange(page: number, code: PageCode, from: number, to: number): void {
    let kept = 0;
    for (const block of code.blocks) {
      if (block.from(page) < to && from < block.to(page)) {
        cover(page, code, block, -1);
        drop(block);
        if (block.tail >= 0)
          forgetPart(block.physical >>> 12 === page ? block.tail >>> 12 : block.physical >>> 12, block);
      } else {
        code.blocks[kept++] = block;
      }
    }
    code.blocks.length = kept;
    const first = page * PAGE_SIZE;
    if (code.told >= 0 && first + code.told < to && from < first + code.told + GUARDED)
      forgetTold(page, code);
    for (let at = Math.max(page * PAGE_SIZE, from - MOST_PASSED); at < to && code.passes > 0; at++)
      if (at + code.passed[at & (PAGE_SIZE - 1)]! > from) forgetPassed(at);
  }

  return {
    find(physical, wide) {
      const block = blocks.get(key(physical, wide));
      return block?.valid === true ? block : undefined;
    },
    add(block, wide) {
      addPart(block.physical >>> 12, block);
      forgetPassed(block.physical);
      if (block.tail >= 0) addPart(block.tail >>> 12, block);
      blocks.set(key(block.physical, wide), block);
    },
    pass,
    guardTold,
    hasPassed,
    hasPage(physical) {
      const code = pages[physical >>> 12];
      return code !== undefined && !isEmpty(code);
    },
    invalidate(physical, length) {
      let any = false;
      for (let page = physical >>> 12; page <= (physical + length - 1) >>> 12; page++) {
        const code = pages[page];
        if (!code) continue;
        // Code that is written anew is run again before long: only a page that is written once more is one of data.
        if (isEmpty(code)) {
          dropPage(page);
          continue;
        }
        const from = Math.max(physical, page << 12);
        const to = Math.min(physical + length, (page + 1) << 12);
        let at = from;
        while (at < to && code.cover[at & 0xfff] === 0) at++;
        if (at === to) continue;
        dropRange(page, code, from, to);
        any = true;
      }
      return any;
    },
    split(offsets, only) {
      if (offsets.size === 0) return;
      const marked = new Uint8Array(PAGE_SIZE);
      for (const offset of offsets) marked[offset] = 1;
      const within = (page: number, from: number, to: number) =>
        marked.subarray(from - page * PAGE_SIZE, to - page * PAGE_SIZE).includes(1);
      const runsAcross = (block: Block) => {
        const { physical, tail } = block;
        const [page, next] = [physical >>> 12, tail >>> 12];
        return (
          within(page, physical + 1, block.to(page)) ||
          (tail >= 0 && within(next, block.from(next), block.to(next)))
        );
      };
      const looked = only === undefined ? blocks.values() : [...(pages[only]?.blocks ?? [])];
      for (const block of looked) {
        if (!block.valid) continue;
        if (runsAcross(block)) dropWhole(block);
        else if (marked[block.physical & (PAGE_SIZE - 1)] === 1) block.breakpoint = true;
      }
    },
    clear(all = false) {
      for (const block of blocks.values()) discard(block);
      blocks.clear();
      for (let page = 0; page < pages.length; page++) {
        const told = pages[page]?.told ?? -1;
        if (pages[page]) dropPage(page);
        if (told >= 0 && !all) guardTold(page * PAGE_SIZE + told);
      }
    },
  };
}
