/**
 * The CPU's architectural state as words of the machine's memory, and the typed arrays that look at it.
 *
 * Every index below is in 32-bit words from `STATE_BASE`, except those of `Double`. Interpreter handlers are closures
 * over one set of these arrays (`createViews`), so that the engine can treat their addresses as constants.
 */
import {
  BRANCH_BYTES,
  BRANCHES_BASE,
  RAM_BASE,
  STATE_BASE,
  STATE_SIZE,
  TLB_BASE,
  TLB_ENTRIES,
} from '../memory/layout.ts';

/** General registers in encoding order (Intel SDM vol. 2A, table 2-1). */
export const EAX = 0;
export const ECX = 1;
export const EDX = 2;
export const EBX = 3;
export const ESP = 4;
export const EBP = 5;
export const ESI = 6;
export const EDI = 7;
/** A register that always reads 0: stands for "no base" and "no index" in an effective address. */
export const ZERO = 8;

/** Word indices of the state block. */
export const EIP = 9;
/** Lazy arithmetic flags, see `integer/flags.ts`. */
export const RES = 10;
export const CARRY = 11;
export const ADJ = 12;
/** EFLAGS without CF, PF, AF, ZF, SF and OF. */
export const SYSFLAGS = 13;
/** Not 0: leave the current block after this instruction. Bits of `Break`. */
export const BREAK = 14;
/** TLB bits that allow the fast path for a read and a write at the current privilege; 0 forces the slow path. */
export const NEED_READ = 15;
export const NEED_WRITE = 16;
/** FFFFh or FFFFFFFFh, by SS.B. */
export const STACK_MASK = 17;
export const CPL = 18;
/** Why no instruction is executed; 0: they are. */
export const HALTED = 19;
/** Interrupts (1) or interrupts and debug traps (2) are held back for one instruction after STI and MOV SS. */
export const SHADOW = 20;
/** What wants to interrupt: bit 0 is the level of the interrupt controller's INTR output, bit 1 an NMI that may come. */
export const INTR = 21;
/** EIP of the first instruction of the block being executed. */
export const BLOCK_EIP = 22;
/** How many more instructions may retire when the block starts. */
export const BUDGET = 23;
/** Iterations that a REP instruction retired beyond its first. */
export const EXTRA = 24;
/** Protected mode and not virtual-8086 mode. */
export const PROTECTED = 25;
/** Virtual-8086 mode. */
export const V86 = 26;
/** Host address of the operand of a read-modify-write instruction, or 0 when it must take the slow path. */
export const RMW_HOST = 27;
/** Linear address of that operand. */
export const RMW_LINEAR = 28;
/** CR0.AM, EFLAGS.AC and CPL 3 together: data accesses must be aligned. */
export const ALIGN = 29;
/** 1 while an event from outside the program is delivered: the EXT bit of selector error codes. */
export const EXT = 30;
/** Position in the block of the instruction being executed. */
export const INDEX = 31;

/** Segment registers in encoding order, then the two system segments. */
export const ES = 0;
export const CS = 1;
export const SS = 2;
export const DS = 3;
export const FS = 4;
export const GS = 5;
export const LDTR = 6;
export const TR = 7;

/** How many handlers of interrupts and exceptions were entered so far, and the `Source` of the last one. */
export const DELIVERIES = 72;
export const DELIVERY_SOURCE = 73;

const SEGMENT_WORDS = 32;
/** Word index of five arrays of 8: selector, base, limit (bytes, unsigned), attributes, fast-path bits. */
export const SEG_SEL = SEGMENT_WORDS;
export const SEG_BASE = SEGMENT_WORDS + 8;
export const SEG_LIMIT = SEGMENT_WORDS + 16;
export const SEG_ATTR = SEGMENT_WORDS + 24;
export const SEG_FAST = SEGMENT_WORDS + 32;

export const CR0 = 80;
export const CR2 = 82;
export const CR3 = 83;
export const CR4 = 84;
/** The page attribute table MSR, 277h. */
export const PAT_LOW = 86;
export const PAT_HIGH = 87;
/** DR0 to DR7. */
export const DR0 = 88;
export const DR6 = 94;
export const DR7 = 95;
export const GDT_BASE = 96;
export const GDT_LIMIT = 97;
export const IDT_BASE = 98;
export const IDT_LIMIT = 99;
export const SYSENTER_CS = 100;
export const SYSENTER_ESP = 101;
export const SYSENTER_EIP = 102;
/** The four page-directory-pointer entries that a CR3 load keeps with PAE: low and high dword of each. */
export const PDPTE = 103;
/** The extended-feature MSR, C000_0080h. */
export const EFER = 111;
/** DR6 bits of breakpoint conditions met by the current instruction: a debug trap follows it. And `WATCH_HIT`. */
export const DEBUG_HITS = 112;
/** Bit of DEBUG_HITS: the debugger wants the run to end behind the instruction. */
export const EVENT_HIT = 0x100;
/** Not 0: an I/O breakpoint is enabled. */
export const DEBUG_IO = 113;
/** A REP instruction stopped between iterations: what is delivered now pushes RF (SDM vol. 3B, 17.3.1.1). */
export const MID_REP = 114;
/** Values of `HALTED`: by HLT; before an instruction that waits for an x87 exception which is to be IRQ 13 (`FREEZE`). */
export const Halt = { Hlt: 1, Frozen: 2 } as const;

/** FERR# is asserted. */
export const FERR = 116;
/** Bit 0: an NMI came and IRET has not, so that no other comes. Bit 1: another one waits for that (SDM vol. 3A, 6.7.1). */
export const NMI_STATE = 118;
/** The record of branches (`branch-log.ts`): where the next one goes, in bytes from `BRANCHES_BASE`. */
export const BRANCH_NEXT = 119;
/** Where the lap before this one ended; 0: there was none. */
export const BRANCH_LAP_END = 127;
/** How many there were in earlier laps, modulo 2^32. */
export const BRANCH_EARLIER = 138;
/** How many instructions may still run, while translated code and the interpreter hand over to each other. */
export const JIT_LEFT = 120;
/** One bit for each of ES to GS: it begins at 0 and may be read and written at any offset; CS and SS have 32 bits. */
export const FLAT = 121;
/** One bit for each of ES to GS: it may be read and written at any offset from its base. */
export const UNLIMITED = 122;
/** Not 0: what translated code goes on to may run straight from its bytes (`core/cpu/direct`), without the processor's loop between. */
export const GOES_DIRECTLY = 123;
/** By which of its exits a translated region was left (`core/jit/exit.ts`). */
export const JIT_EXIT = 124;
/** Which region that was: its place among the translations (`core/jit/cache.ts`). */
export const JIT_PLACE = 125;
/** The physical address bits that the A20 gate takes away: bit 20 while it is off. */
export const A20_GATED = 117;
/** A task switch passed its commit point: a fault belongs to the new task, whose EIP is in place. */
export const COMMITTED = 115;

/** Why a block is left. */
export const Break = {
  /** Whatever must be looked at before the next instruction. */
  Event: 1,
  /** Decoded code was written to. */
  Code: 2,
} as const;

/** Indices of 64-bit doubles from `STATE_BASE`. */
export const Double = {
  /** Instructions retired before the current block. */
  Retired: 64,
  /** Ticks skipped while the CPU was halted. */
  Skipped: 65,
  /** Added to the tick-derived time-stamp counter by a WRMSR to 10h. */
  TscOffset: 66,
  /** The tick at which the current run must return to the machine. */
  Until: 67,
  /** What `Retired` will be when translated code has run all the instructions that it may. */
  JitEnd: 68,
} as const;

/** SEG_FAST bits: any offset may be read or written without a limit or type check. */
export const FAST_READ = 1;
export const FAST_WRITE = 2;

/** Segment attribute bits: bits 8-23 of a descriptor's upper dword, shifted down by 8 (SDM vol. 3A, figure 3-8). */
export const Attr = {
  Accessed: 0x01,
  /** Data: writable. Code: readable. */
  ReadWrite: 0x02,
  /** Data: expand-down. Code: conforming. */
  ExpandConforming: 0x04,
  Code: 0x08,
  /** Code or data, not a system segment. */
  Segment: 0x10,
  Present: 0x80,
  /** Default size: 32-bit code, 32-bit stack. */
  Big: 0x4000,
  Granular: 0x8000,
} as const;

/** EFLAGS bits (SDM vol. 1, figure 3-8). */
export const Flag = {
  CF: 0x1,
  PF: 0x4,
  AF: 0x10,
  ZF: 0x40,
  SF: 0x80,
  TF: 0x100,
  IF: 0x200,
  DF: 0x400,
  OF: 0x800,
  IOPL: 0x3000,
  NT: 0x4000,
  RF: 0x1_0000,
  VM: 0x2_0000,
  AC: 0x4_0000,
  VIF: 0x8_0000,
  VIP: 0x10_0000,
  ID: 0x20_0000,
} as const;

/** The arithmetic flags that live in RES, CARRY and ADJ. */
export const ARITHMETIC = Flag.CF | Flag.PF | Flag.AF | Flag.ZF | Flag.SF | Flag.OF;

/** CR0 bits. */
export const Cr0 = {
  PE: 0x1,
  MP: 0x2,
  EM: 0x4,
  TS: 0x8,
  ET: 0x10,
  NE: 0x20,
  WP: 0x1_0000,
  AM: 0x4_0000,
  NW: 0x2000_0000,
  CD: 0x4000_0000,
  PG: 0x8000_0000 | 0,
} as const;

/** CR4 bits. */
export const Cr4 = {
  VME: 0x1,
  PVI: 0x2,
  TSD: 0x4,
  DE: 0x8,
  PSE: 0x10,
  PAE: 0x20,
  MCE: 0x40,
  PGE: 0x80,
  PCE: 0x100,
  OSFXSR: 0x200,
  OSXMMEXCPT: 0x400,
} as const;

/** EFER bits (SDM vol. 3A, section 2.2.1). */
export const Efer = { NXE: 0x800 } as const;

/** Typed arrays over one machine's memory. */
export interface Views {
  readonly state: Int32Array;
  readonly doubles: Float64Array;
  readonly reg32: Int32Array;
  readonly reg16: Uint16Array;
  readonly reg8: Uint8Array;
  readonly segSel: Int32Array;
  readonly segBase: Int32Array;
  readonly segLimit: Uint32Array;
  readonly segAttr: Int32Array;
  readonly segFast: Int32Array;
  readonly tlb: Int32Array;
  /** Linear addresses of taken branches, from, to, from, to: `branch-log.ts` says which of them count. */
  readonly branches: Int32Array;
  /** The whole memory: index it with host addresses. */
  readonly mem8: Uint8Array;
  readonly mem: DataView;
}

/** Makes the views of a memory laid out by `memory/layout.ts`. */
export function createViews(memory: WebAssembly.Memory): Views {
  const { buffer } = memory;
  const words = (index: number, length: number) => new Int32Array(buffer, STATE_BASE + index * 4, length);
  return {
    state: words(0, STATE_SIZE / 4),
    doubles: new Float64Array(buffer, STATE_BASE, STATE_SIZE / 8),
    reg32: words(0, 16),
    reg16: new Uint16Array(buffer, STATE_BASE, 32),
    reg8: new Uint8Array(buffer, STATE_BASE, 64),
    segSel: words(SEG_SEL, 8),
    segBase: words(SEG_BASE, 8),
    segLimit: new Uint32Array(buffer, STATE_BASE + SEG_LIMIT * 4, 8),
    segAttr: words(SEG_ATTR, 8),
    segFast: words(SEG_FAST, 8),
    branches: new Int32Array(buffer, BRANCHES_BASE, BRANCH_BYTES / 4),
    tlb: new Int32Array(buffer, TLB_BASE, TLB_ENTRIES),
    mem8: new Uint8Array(buffer),
    mem: new DataView(buffer),
  };
}

/** Host address of a physical RAM address. */
export const hostAddress = (physical: number): number => physical + RAM_BASE;
