/** What the instruction handlers of the families (`integer/`, `string/`, …) are built from: one set of closures over one CPU. */
import type { TransitionKind } from '../protocol/debug-protocol.ts';
import type { Access } from './paging/access.ts';
import type { Bulk } from './string/bulk.ts';
import type { ControlRegisters } from './system/control-registers.ts';
import type { Msrs } from './system/msr-registers.ts';
import type { DebugRegisters } from './interrupts/debug-registers.ts';
import type { Insn } from './decode/insn.ts';
import type { Faults } from './interrupts/fault.ts';
import type { Flags } from './integer/flags.ts';
import type { Interrupts } from './interrupts/interrupts.ts';
import type { Nmi } from './interrupts/nmi.ts';
import type { Mmu } from './paging/mmu.ts';
import type { Segmentation } from './segmentation/segmentation.ts';
import type { Views } from './state.ts';
import type { Transfer } from './segmentation/transfer.ts';

/** The port side of the bus. `size` is 1, 2 or 4 bytes; values are unsigned. */
export interface PortIo {
  read(port: number, size: number): number;
  write(port: number, value: number, size: number): void;
}

/** Who executes the code of a watched page: bits. */
export const Watched = { Kernel: 1, User: 2 } as const;
export type Watched = (typeof Watched)[keyof typeof Watched];

/** Linear pages where somebody waits for code. */
export interface WatchedPages {
  /** One byte for each: `Watched` bits of those to whom it may be news. */
  readonly watched: Uint8Array;
  /** One word for each: the frame that it was mapped to when its code was last found to be no news, above the bits of those to whom. */
  readonly known: Uint32Array;
}
/** Bits of `WatchedPages.known` below the frame. */
export const KNOWN_BITS = 2;

/** Where `newCode` is asked before code runs. */
export interface WatchedCode {
  pages: WatchedPages | undefined;
  /** Somebody waits for code that is executed for the first time, wherever it is. */
  anywhere: boolean;
}

/** What comes of `newCode`. */
export const News = {
  /** The run stops before the code. */
  Stop: 0,
  /** It is none now, and may be later. */
  NotNow: 1,
  /** It is none while the page is mapped there and its code stays what it is. */
  None: 2,
} as const;
export type News = (typeof News)[keyof typeof News];

/**
 * What the CPU tells a debugger of: rare events only, so that telling them costs nothing that can be measured. None of these
 * may change the state of the machine.
 */
export interface CpuEvents {
  /** A transition to or from a handler or through a gate is about to be tried: the place it begins at is the state. */
  beginTransition(): void;
  /** It has happened. `vector` and `errorCode` are -1 where there is none. */
  endTransition(kind: TransitionKind, vector: number, errorCode: number): void;
  /**
   * The handler of an exception is about to be entered.
   * @returns true to hold it back until the CPU runs again
   */
  exception(vector: number, errorCode: number): boolean;
  /** A control register got a value. */
  controlWrite(register: number, before: number, value: number): void;
  msrWrite(index: number, low: number, high: number): void;
  readonly watchedCode: WatchedCode;
  /**
   * Instructions of a page of RAM that has no decoded code, or of a watched page, are about to be executed.
   * @param fresh the page has no decoded code, or other code than when this was asked last
   */
  newCode(linear: number, physical: number, fresh: boolean): News;
}

/** What the CPU tells the machine about events that it cannot see from outside. */
export interface CpuHooks {
  readonly events: CpuEvents;
  /** CR3 was loaded by the instruction at this physical address. */
  onCr3Write(value: number, codePhysical: number): void;
  /**
   * FERR# changes: an unmasked x87 exception is pending and CR0.NE is off (IRQ 13 on a PC), or no longer so.
   * Returns the level of IGNNE#: `true` lets the waiting instruction go on.
   */
  onFpuError(asserted: boolean): boolean;
  /** CPUID leaf. Returns EAX, EBX, ECX, EDX. */
  cpuid(leaf: number, subleaf: number): readonly [number, number, number, number];
}

export interface CpuEnv {
  readonly views: Views;
  readonly flags: Flags;
  readonly faults: Faults;
  readonly mmu: Mmu;
  readonly access: Access;
  readonly bulk: Bulk;
  readonly segmentation: Segmentation;
  readonly transfer: Transfer;
  readonly control: ControlRegisters;
  readonly msrs: Msrs;
  readonly interrupts: Interrupts;
  readonly nmi: Nmi;
  readonly debug: DebugRegisters;
  readonly ports: PortIo;
  readonly hooks: CpuHooks;
  /** Effective address of a memory operand. */
  readonly ea: (i: Insn) => number;
  /** Physical address of the instruction being executed. */
  readonly codePhysical: (i: Insn) => number;
}
