/**
 * The one place that says where things live inside the machine's `WebAssembly.Memory`.
 *
 * CPU state, the software TLB, per-page flags and guest RAM share one linear memory so that the interpreter
 * (typed arrays) and compiled code (wasm loads and stores) see the same bytes without copying. All offsets are
 * bytes unless a name says otherwise. Nothing here may depend on the memory being shared.
 */

/** Byte offset of the CPU state block (see `cpu/state.ts`); one page is reserved. */
export const STATE_BASE = 0x0000;
/** Size of the CPU state block in bytes; the rest of the first 64 KiB belongs to x87 and SSE state. */
export const STATE_SIZE = 0x1000;

/** Where the state ends, and what the soft-float core keeps behind it. */
export const STATE_END = 0x8_0000;

/** One byte for each place in a page: not 0 where the interpreter has to look before an instruction (`cpu/decode/splits.ts`). */
export const STOPS_BASE = 0x9_0000;
/** One byte for the low 12 bits of page numbers: not 0 where a page that has them, linear or physical, has such a place of its own. */
export const STOP_PAGES_BASE = 0x9_1000;
export const STOP_PAGES = 0x1000;
/** One byte: not 0 while there is such a place on every page. */
export const STOP_EVERYWHERE = 0x9_2000;

/** The ring of the last indirect branches that were run straight from bytes: host address of the instruction, and where it went. */
export const INDIRECT_BASE = 0xa_0000;
/** A power of 2. */
export const INDIRECT_RECORDS = 1024;

/** What `cpu/direct/assembly/forms.ts` knows of opcodes and the bytes behind them: 64 KiB. */
export const FORMS_BASE = 0xb_0000;

/** The record of taken branches, two words for each, of which the last `BRANCH_RECORDS` are kept at least: see `cpu/branch-log.ts`. */
export const BRANCHES_BASE = 0xc_0000;
export const BRANCH_RECORDS = 4096;
/**
 * Who comes to so many bytes begins at the first record again. Translated code looks at that only where it looks at its budget: until then
 * it may write one for each instruction of a region, and all that are kept of the turns of a loop.
 */
export const BRANCH_LAP = BRANCH_RECORDS * 8;
export const BRANCH_BYTES = BRANCH_LAP * 2 + 0x4000;

/** One flag byte for each 4 KiB page of guest RAM (see `PageFlag`). */
export const PAGE_FLAGS_BASE = 0x10_0000;
/** Flag bytes reserved: one for each page of a 4 GiB physical space. */
export const PAGE_FLAGS_SIZE = 0x10_0000;

/** Where translated regions go on without leaving, see `jit/chain.ts`. */
export const CHAIN_BASE = 0x20_0000;

/** How often blocks have begun, 16 bits for each hash of a physical address: see `cpu/direct`. A power of 2 bytes. */
export const HEAT_BASE = 0x30_0000;
export const HEAT_SIZE = 0x10_0000;

/** The software TLB: one 32-bit entry for each of the 2^20 virtual pages (see `cpu/mmu.ts`). */
export const TLB_BASE = 0x40_0000;
/** Entries of the software TLB. */
export const TLB_ENTRIES = 0x10_0000;

/** The record of transitions between rings: who owns the CPU and the like, then its rows (see `core/debug/transitions.ts`). */
export const TRANSITIONS_BASE = 0x80_0000;
/** Bytes from there. */
export const TransitionsHead = {
  /** How many there were, as a double. */
  Count: 0,
  /** Who owns the CPU: a coroutine. */
  Owner: 8,
  /** Not 0: a debugger is to be told of each. */
  Told: 12,
  /** Where the next row begins, in bytes behind the first one. */
  Next: 16,
} as const;
export const TRANSITION_ROWS_BASE = 0x81_0000;
/** A power of 2, and the bytes of each. */
export const TRANSITION_ROWS = 0x1_0000;
export const TRANSITION_ROW_SIZE = 64;

/** Byte offset of guest physical address 0. Page aligned. */
export const RAM_BASE = 0xc1_0000;

/** What every machine's memory has at least, in pages of WebAssembly: all that lies before guest RAM. */
export const LEAST_MEMORY = RAM_BASE / 0x1_0000;

/** Smallest and largest guest RAM in bytes: 1 MiB to 1 GiB, so that host addresses stay below 2^31. */
export const MIN_RAM = 0x10_0000;
export const MAX_RAM = 0x4000_0000;

export const PAGE_SIZE = 0x1000;

/** Bits of a page's flag byte. */
export const PageFlag = {
  /** Decoded instructions of this page are cached: a write must look for overlapping blocks. */
  Code: 1,
  /** A watchpoint lies on this page: every access takes the slow path. */
  Watched: 2,
  /** Read-only memory: writes take the slow path and change nothing. */
  Rom: 4,
  /** The debugger has been told that code of the page is executed. */
  Told: 8,
} as const;
