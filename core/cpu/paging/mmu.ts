/**
 * Paging and the software TLB (SDM vol. 3A, sections 4.2, 4.3, 4.6-4.8, 4.10).
 *
 * The TLB is a flat table with one word for each of the 2^20 virtual pages. A word holds, in its upper 20 bits, the
 * distance from the virtual page to its place in the machine's memory (so host address = linear address + distance),
 * and in its low bits what may be done with it:
 *
 * - bits 0-3: supervisor read, supervisor write, user read, user write *at full speed* (RAM without code to invalidate,
 *   without a watchpoint);
 * - bit 4: global, survives a CR3 load;
 * - bit 6: no instruction fetches (PAE with EFER.NXE). Only `translateFetch` looks at it, once a block and flush;
 * - bits 5 and 7: who executes code of the page, as a kernel or as a program, asks first (`WatchedCode`);
 * - bits 8-11: the same four rights as the page tables give them. A right that is here but not in bits 0-3 takes the
 *   slow path, yet still uses this translation: a stale entry stays in force until it is flushed, as on hardware.
 *
 * Write rights are given only once the dirty bit is set in the page table, so the first write always walks.
 */
import { PAGE_SIZE, PageFlag, RAM_BASE } from '../../memory/layout.ts';
import { KNOWN_BITS, Watched, type WatchedCode } from '../env.ts';
import type { PhysicalMemory } from '../../memory/physical-memory.ts';
import { type Faults, Vector } from '../interrupts/fault.ts';
import {
  A20_GATED,
  ALIGN,
  CPL,
  Cr0,
  CR0,
  CR2,
  Cr4,
  Flag,
  NEED_READ,
  NEED_WRITE,
  PDPTE,
  SYSFLAGS,
  type Views,
} from '../state.ts';
import { createPageWalk } from './page-walk.ts';
import {
  ALL_RIGHTS,
  FLUSHED,
  GLOBAL,
  KERNEL_NEWS,
  NO_EXECUTE,
  RIGHTS,
  SUPERVISOR_READ,
  SUPERVISOR_WRITE,
  USER,
  USER_NEWS,
  USER_READ,
  USER_WRITE,
  WRITES,
} from './tlb.ts';

/** Bytes of the largest access to memory: an XMM register. */
const LARGEST_ACCESS = 16;
const ALL_NEWS = KERNEL_NEWS | USER_NEWS;
/** By `Watched` bits. */
const NEWS = [0, KERNEL_NEWS, USER_NEWS, ALL_NEWS] as const;
/** Filled entries remembered for a quick flush, of each kind; beyond this many the whole table is gone through. */
const TRACKED = 8192;

/** The pages of entries that were filled. */
class Tracked {
  private readonly pages = new Int32Array(TRACKED);
  private count = 0;

  add(page: number): void {
    if (this.count < TRACKED) this.pages[this.count] = page;
    this.count++;
  }
  clear(): void {
    this.count = 0;
  }
  /** There were too many to remember. */
  get isPartial(): boolean {
    return this.count > TRACKED;
  }
  /** Those that are remembered, some perhaps twice. */
  get known(): Int32Array {
    return this.pages.subarray(0, Math.min(this.count, TRACKED));
  }
}

/** Is told of data accesses to a watched page, before a fault can hide what follows. */
export type AccessListener = (linear: number, size: number, write: boolean) => void;

/** Answers of `refill` that are no entries: those have rights. */
const NO_REFILL = 0;
export const PAGE_FAULT = 0x1000;

export interface Mmu {
  /** Physical address of `linear` for the given kind of access. @throws CpuFault #PF with CR2 set. */
  translate(linear: number, write: boolean, user: boolean): number;
  /**
   * Where a fetch would lead, from the tables as they are now: nothing faults, nothing changes, nothing is promised. -1 where that is
   * not plain to see.
   */
  guessFetch(linear: number, user: boolean): number;
  /** The same for an instruction fetch. */
  translateFetch(linear: number, user: boolean): number;
  /**
   * Loads the four page-directory-pointer entries that `cr3` names, when `cr0` and `cr4` mean PAE paging.
   * @throws CpuFault #GP(0) when a present one has a reserved bit set; nothing has changed then.
   */
  loadPointers(cr0: number, cr3: number, cr4: number): void;
  /** An access at `linear` that the TLB does not let through at full speed needs no walk: it is a page apart, or crosses into one. */
  isDetour(linear: number): boolean;
  /** Reads `size` bytes at the current privilege: page crossings, MMIO, alignment checks. Unsigned. */
  readSlow(linear: number, size: number): number;
  writeSlow(linear: number, value: number, size: number): void;
  /** Checks that `size` bytes may be written, as a read-modify-write must before it reads. */
  probeWrite(linear: number, size: number): void;
  /** Where bytes lie in the machine's memory, if they may be accessed there without looking further; else 0. */
  hostOf(linear: number, size: number, right: number): number;
  /**
   * Fills the TLB for an access of `size` bytes inside one page that needs a right, as the access would.
   * @returns the entry. Or `NO_REFILL` if the access cannot go on at full speed, which may have changed accessed and dirty bits
   * only. Or `PAGE_FAULT`, with CR2 and the fault in place.
   */
  refill(linear: number, size: number, right: number): number;
  /** The same for an instruction fetch from a page that the TLB does not know. @returns the entry, or 0 where it would fault or is not plain */
  refillFetch(linear: number, user: boolean): number;
  /** Implicit supervisor accesses: descriptor tables, TSS, ring-0 stacks. */
  readSystem(linear: number, size: number): number;
  writeSystem(linear: number, value: number, size: number): void;
  /** Flushes everything (`global`) or all but global pages. */
  flush(global: boolean): void;
  flushPage(linear: number): void;
  /** Sends every access to these linear pages through the slow path, which reports it. Replaces the pages before. */
  watch(pages: readonly number[], onAccess: AccessListener): void;
  /** The pages of `WatchedCode` are others: marks them. No access can tell. */
  watchCode(): void;
  /** May code of a page that the TLB knows be news to those who watch? */
  isNews(linear: number, user: boolean): boolean;
  /** It is none while the page is mapped to the frame. */
  knowCode(linear: number, user: boolean): void;
  /** Gives every mapping of a physical page the fast rights that its flags allow now. */
  refreshPage(physicalPage: number): void;
  /** Takes the fast write right from every mapping of a physical page that now holds decoded code. */
  protectCode(physicalPage: number): void;
  /** Recomputes NEED_READ, NEED_WRITE and ALIGN after a change of CPL, CR0 or EFLAGS.AC. */
  updateAccess(): void;
  /** Changes with every flush: tells caches of linear addresses that they are stale. */
  readonly generation: () => number;
}

/** @param watchedCode whoever changes it calls `watchCode` */
export function createMmu(
  { state, tlb, mem }: Views,
  memory: PhysicalMemory,
  { raise, fault }: Faults,
  watchedCode: Pick<WatchedCode, 'pages'>,
): Mmu {
  /** Entries that a CR3 load flushes, and those that survive it: a kernel's are many, and it loads CR3 often. */
  const locals = new Tracked();
  const globals = new Tracked();
  let generation = 1;
  let watched: readonly number[] = [];
  let watcher: AccessListener | undefined;

  function pageFault(linear: number, errorCode: number): never {
    state[CR2] = linear;
    return raise(Vector.PF, errorCode);
  }

  /** The rights of an entry that may be used without looking further. */
  function fastRights(rights: number, linear: number, physical: number): number {
    if (physical >= memory.size) return 0;
    if (watcher !== undefined && watched.includes(linear >>> 12)) return 0;
    const flags = memory.pageFlags[physical >>> 12];
    if (flags & PageFlag.Watched) return 0;
    return flags & (PageFlag.Code | PageFlag.Rom) ? rights & ~WRITES : rights;
  }

  /** To whom code of a frame that a page is mapped to may be news. */
  function newsOf(page: number, frame: number): number {
    const { pages } = watchedCode;
    const watched = pages?.watched[page] ?? 0;
    if (!pages || watched === 0) return 0;
    const known = pages.known[page];
    return NEWS[known >>> KNOWN_BITS === frame ? watched & ~known : watched];
  }
  /** The frame of an entry. */
  const frameOf = (page: number, entry: number) => ((entry & -PAGE_SIZE) + (page << 12) - RAM_BASE) >>> 12;
  const hasRights = (entry: number) => (entry & (ALL_RIGHTS << RIGHTS)) !== 0;

  function enter(linear: number, ungated: number, rights: number, attributes: number): number {
    const page = linear >>> 12;
    const physical = (ungated & ~state[A20_GATED]) >>> 0;
    const before = tlb[page];
    const global = attributes & GLOBAL;
    if (before === 0 || (before & GLOBAL) !== global) (global !== 0 ? globals : locals).add(page);
    const distance = (RAM_BASE + (physical & -PAGE_SIZE) - (linear & -PAGE_SIZE)) | 0;
    const fast = fastRights(rights, linear, physical);
    const news = newsOf(page, physical >>> 12);
    return (tlb[page] = distance | fast | (rights << RIGHTS) | attributes | news);
  }

  const pages = createPageWalk(state, memory, enter);

  function fill(linear: number, write: boolean, user: boolean, fetch: boolean): number {
    const entry = pages.walk(linear, write, user, fetch, false);
    return entry !== 0 ? entry : pageFault(linear, pages.denial());
  }

  function refill(linear: number, size: number, right: number): number {
    const entry = tlb[linear >>> 12];
    // What the page tables allow here and the TLB does not has another reason.
    if ((entry & (right << RIGHTS)) !== 0 || (linear & (PAGE_SIZE - 1)) > PAGE_SIZE - size) return NO_REFILL;
    const found = pages.walk(linear, (right & WRITES) !== 0, (right & USER) !== 0, false, true);
    // Whoever knows the page from before must hear that it has moved: its tables were changed without a flush.
    const moved = entry !== 0 && ((entry ^ found) & -PAGE_SIZE) !== 0;
    if (found !== 0) return (found & right) !== 0 && !moved ? found : NO_REFILL;
    const errorCode = pages.denial();
    if (errorCode < 0) return NO_REFILL;
    state[CR2] = linear;
    fault.vector = Vector.PF;
    fault.errorCode = errorCode;
    return PAGE_FAULT;
  }

  /** Start of the page behind `linear`: what CR2 names when an access that crosses into it faults there. */
  const nextPage = (linear: number) => ((linear & -PAGE_SIZE) + PAGE_SIZE) | 0;

  function translate(linear: number, write: boolean, user: boolean): number {
    const right =
      (write ? (user ? USER_WRITE : SUPERVISOR_WRITE) : user ? USER_READ : SUPERVISOR_READ) << RIGHTS;
    let entry = tlb[linear >>> 12];
    if ((entry & right) === 0) entry = fill(linear, write, user, false);
    return ((entry & -PAGE_SIZE) + linear - RAM_BASE) >>> 0;
  }

  function translateFetch(linear: number, user: boolean): number {
    const right = (user ? USER_READ : SUPERVISOR_READ) << RIGHTS;
    let entry = tlb[linear >>> 12];
    if ((entry & right) === 0 || (entry & NO_EXECUTE) !== 0) entry = fill(linear, false, user, true);
    return ((entry & -PAGE_SIZE) + linear - RAM_BASE) >>> 0;
  }

  function guessFetch(linear: number, user: boolean): number {
    const entry = tlb[linear >>> 12];
    if ((entry & ((user ? USER_READ : SUPERVISOR_READ) << RIGHTS)) === 0) return pages.guess(linear, user);
    return (entry & NO_EXECUTE) !== 0 ? -1 : ((entry & -PAGE_SIZE) + linear - RAM_BASE) >>> 0;
  }

  function isDetour(linear: number): boolean {
    const entry = tlb[linear >>> 12];
    const withheld = (entry >>> RIGHTS) & ALL_RIGHTS & ~entry;
    return withheld !== 0 || (entry !== 0 && (linear & (PAGE_SIZE - 1)) > PAGE_SIZE - LARGEST_ACCESS);
  }

  function loadPointers(cr0: number, cr3: number, cr4: number): void {
    if ((cr0 & Cr0.PG) === 0 || (cr4 & Cr4.PAE) === 0) return;
    const entries = pages.readPointers(cr3) ?? raise(Vector.GP, 0);
    entries.forEach((value, n) => {
      state[PDPTE + n] = value;
    });
  }

  /** Calls `use` for every linear page that has a TLB entry, for some twice. */
  function forEntries(use: (page: number) => void): void {
    if (locals.isPartial || globals.isPartial) {
      for (let page = 0; page < tlb.length; page++) if (tlb[page] !== 0) use(page);
      return;
    }
    for (const page of locals.known) use(page);
    for (const page of globals.known) use(page);
  }
  /** The same for those whose entry leads to a physical page. */
  function forMappings(physicalPage: number, use: (page: number) => void): void {
    forEntries((page) => {
      if (frameOf(page, tlb[page]) === physicalPage) use(page);
    });
  }

  /** After a slow access: the reason for it may be gone (code page without code). */
  function refresh(linear: number, physical: number): void {
    const entry = tlb[linear >>> 12];
    tlb[linear >>> 12] =
      (entry & ~ALL_RIGHTS) | fastRights((entry >>> RIGHTS) & ALL_RIGHTS, linear, physical);
  }

  function readData(physical: number, size: number): number {
    const value = memory.read(physical, size);
    if ((memory.pageFlags[physical >>> 12] & PageFlag.Watched) !== 0) memory.onWatchedRead(physical, size);
    return value;
  }

  function read(linear: number, size: number, user: boolean): number {
    let value = 0;
    if ((linear & 0xfff) + size <= PAGE_SIZE) value = readData(translate(linear, false, user), size);
    else {
      for (let i = 0; i < size; i++)
        value |= readData(translate((linear + i) | 0, false, user), 1) << (i * 8);
    }
    if (watcher !== undefined) watcher(linear, size, false);
    return value >>> 0;
  }

  function write(linear: number, value: number, size: number, user: boolean): void {
    if ((linear & 0xfff) + size <= PAGE_SIZE) {
      const physical = translate(linear, true, user);
      memory.write(physical, value, size);
      refresh(linear, physical);
      if (watcher !== undefined) watcher(linear, size, true);
      return;
    }
    translate(linear, true, user);
    translate(nextPage(linear), true, user);
    for (let i = 0; i < size; i++)
      memory.write(translate((linear + i) | 0, true, user), (value >>> (i * 8)) & 0xff, 1);
    if (watcher !== undefined) watcher(linear, size, true);
  }

  function hostOf(linear: number, size: number, right: number): number {
    const entry = tlb[linear >>> 12];
    return (entry & right) !== 0 && (linear & (PAGE_SIZE - 1)) <= PAGE_SIZE - size
      ? ((entry & -PAGE_SIZE) + linear) >>> 0
      : 0;
  }

  function readSystem(linear: number, size: number): number {
    const host = hostOf(linear, size, SUPERVISOR_READ);
    if (host === 0) return read(linear | 0, size, false);
    return size === 4
      ? mem.getUint32(host, true)
      : size === 2
        ? mem.getUint16(host, true)
        : mem.getUint8(host);
  }
  function writeSystem(linear: number, value: number, size: number): void {
    const host = hostOf(linear, size, SUPERVISOR_WRITE);
    if (host === 0) write(linear | 0, value, size, false);
    else if (size === 4) mem.setInt32(host, value, true);
    else if (size === 2) mem.setInt16(host, value, true);
    else mem.setInt8(host, value);
  }

  function checkAlignment(linear: number, size: number): void {
    if (state[ALIGN] !== 0 && (linear & (size - 1)) !== 0) raise(Vector.AC, 0);
  }

  return {
    translate,
    guessFetch,
    isDetour,
    translateFetch,
    loadPointers,
    readSlow(linear, size) {
      checkAlignment(linear, size);
      return read(linear, size, state[CPL] === 3);
    },
    writeSlow(linear, value, size) {
      checkAlignment(linear, size);
      write(linear, value, size, state[CPL] === 3);
    },
    probeWrite(linear, size) {
      checkAlignment(linear, size);
      const user = state[CPL] === 3;
      translate(linear, true, user);
      if ((linear & 0xfff) + size > PAGE_SIZE) translate(nextPage(linear), true, user);
    },
    hostOf,
    refill,
    refillFetch: (linear, user) =>
      hasRights(tlb[linear >>> 12]) ? 0 : pages.walk(linear, false, user, true, true),
    readSystem,
    writeSystem,
    flush(global) {
      generation = (generation + 1) | 0;
      if (locals.isPartial) {
        for (let page = 0; page < tlb.length; page++) if ((tlb[page] & GLOBAL) === 0) tlb[page] = 0;
      } else {
        for (const page of locals.known) if ((tlb[page] & GLOBAL) === 0) tlb[page] = 0;
      }
      locals.clear();
      if (!global) return;
      if (globals.isPartial) tlb.fill(0);
      else for (const page of globals.known) tlb[page] = 0;
      globals.clear();
    },
    watchCode() {
      generation = (generation + 1) | 0;
      forEntries((page) => {
        const entry = tlb[page];
        if (hasRights(entry)) tlb[page] = (entry & ~ALL_NEWS) | newsOf(page, frameOf(page, entry));
      });
    },
    isNews: (linear, user) => (tlb[linear >>> 12] & (user ? USER_NEWS : KERNEL_NEWS)) !== 0,
    knowCode(linear, user) {
      const { pages } = watchedCode;
      const page = linear >>> 12;
      if (!pages) return;
      const frame = frameOf(page, tlb[page]);
      const before = pages.known[page];
      const others = before >>> KNOWN_BITS === frame ? before & ((1 << KNOWN_BITS) - 1) : 0;
      pages.known[page] = (frame << KNOWN_BITS) | others | (user ? Watched.User : Watched.Kernel);
      tlb[page] &= ~(user ? USER_NEWS : KERNEL_NEWS);
    },
    flushPage(linear) {
      generation = (generation + 1) | 0;
      const page = linear >>> 12;
      // The page stays where filled entries are remembered, and `enter` must not add it again: so a harmless mark stays.
      if (tlb[page] !== 0) tlb[page] = FLUSHED | (tlb[page] & GLOBAL);
    },
    watch(pages, onAccess) {
      const before = watched;
      watched = pages;
      watcher = pages.length > 0 ? onAccess : undefined;
      for (const page of [...before, ...pages]) {
        const entry = tlb[page];
        if (!hasRights(entry)) continue;
        const linear = page << 12;
        refresh(linear, ((entry & -PAGE_SIZE) + linear - RAM_BASE) >>> 0);
      }
    },
    protectCode(physicalPage) {
      forMappings(physicalPage, (page) => {
        tlb[page] &= ~WRITES;
      });
    },
    refreshPage(physicalPage) {
      forMappings(physicalPage, (page) => {
        refresh(page << 12, physicalPage * PAGE_SIZE);
      });
    },
    updateAccess() {
      const user = state[CPL] === 3;
      const align = user && (state[SYSFLAGS] & Flag.AC) !== 0 && (state[CR0] & Cr0.AM) !== 0;
      state[ALIGN] = align ? 1 : 0;
      state[NEED_READ] = align ? 0 : user ? USER_READ : SUPERVISOR_READ;
      state[NEED_WRITE] = align ? 0 : user ? USER_WRITE : SUPERVISOR_WRITE;
    },
    generation: () => generation,
  };
}
