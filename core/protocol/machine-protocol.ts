/**
 * The machine protocol: the typed messages between the debug adapter and the worker that runs the machine.
 *
 * A request carries an `id`; its answer carries the same one and either a result or an error with a code and a sentence
 * for the user. Events carry none. Every value survives `postMessage` (structured clone). Addresses are unsigned
 * 32-bit numbers, times are ticks of 10 ns. The other side is not trusted: the worker checks what it is sent.
 */

import type {
  AccessKind,
  BranchRecord,
  BreakpointSpec,
  CatchSpec,
  CaughtEvent,
  DeviceState,
  ExecutedSpace,
  Filter,
  LogPointHit,
  Mappings,
  PageWalk,
  Profile,
  ReverseMapping,
  SpaceRecord,
  OpenEntry,
} from './debug-protocol.ts';
import type { BlockOperation, BlockOutcome, DeviceSpecs } from './device-protocol.ts';
import type { PackedSwitches, PackedTransitions } from './packed-records.ts';
import type { TrafficItem, TrafficRecord } from './traffic-protocol.ts';
import type { Sentence } from '../sentences/say.ts';

export const MACHINE_PROTOCOL_VERSION = 6;

/** A file that goes into the machine: the kernel, a multiboot module, or an initrd. */
export interface BootImage {
  readonly bytes: Uint8Array;
  /** First word of its command line. */
  readonly name: string;
  /** The words behind it. */
  readonly args: string;
}

/** The processor models of `core/cpu/cpuid.ts`; `max` has everything that the machine can do. */
export const CPU_MODELS = ['i386', 'i486', 'i586', 'i686', 'max'] as const;
export type CpuModel = (typeof CPU_MODELS)[number];

export interface BootRequest {
  /** RAM in bytes: a multiple of 4 KiB between 1 MiB and 1 GiB. */
  readonly memoryBytes: number;
  readonly kernel: BootImage;
  readonly modules: readonly BootImage[];
  /** Of a Linux bzImage: its initial RAM disk, whose words nobody reads. */
  readonly initrd?: BootImage | undefined;
  /** Wall clock at boot in seconds since 1970; it enters the machine through the input log. */
  readonly rtcSeconds: number;
  /** `real`: a halted CPU waits for real time to pass. `fast`: halted time is skipped. */
  readonly pace: 'real' | 'fast';
  /** The processor model; absent means everything that the machine can do. */
  readonly cpu?: CpuModel;
  /** Disks, network card and so on; absent means none. */
  readonly devices?: DeviceSpecs;
}

/** The host kernel is coroutine 0, the guest of monitor n is coroutine n + 1. */
export type CoroutineId = number;
export const HOST: CoroutineId = 0;

/** Which address space an address belongs to. */
export type Space =
  /** What the CPU would use now. */
  | { readonly kind: 'current' }
  | { readonly kind: 'physical' }
  /**
   * The last address space of a coroutine, from its state block when it does not own the CPU; with `cr3`, another one of
   * its page directories.
   */
  | { readonly kind: 'coroutine'; readonly coroutine: CoroutineId; readonly cr3?: number | undefined };

/** Bits of some bytes, as a bit field has them. */
export interface BitRange {
  /** From the lowest bit of the first byte. */
  readonly offset: number;
  readonly width: number;
}

/**
 * Bytes that are watched. `change` is a write that leaves other bytes. The filter's coroutine, address space and ring are those of
 * the access, also of a device; the condition is evaluated behind the instruction and sees `$write`, `$size`, and of at most four bytes
 * `$before` and `$value`. Specs of the same `id` are one watchpoint.
 */
export interface WatchpointSpec extends Filter {
  readonly id: number;
  readonly address: number;
  readonly length: number;
  /** Only these bits are compared, and `$before` and `$value` are theirs, if they are at most 32. */
  readonly bits?: BitRange | undefined;
  readonly access: 'read' | 'write' | 'readWrite' | 'change';
}

/** What has happened to watched bytes. */
export interface WatchHit {
  readonly id: number;
  /** They were written, else read. */
  readonly write: boolean;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** How the frame that steps is told from others of its function. */
export interface FrameRules {
  /** Its canonical frame address: ESP of the caller, behind the return address. */
  readonly cfa: number;
  /** For all code of the function, four words a row: first linear address, one past the last, a register (0 to 7) and what added to it is the CFA. */
  readonly rows: Uint32Array;
}

/** Words of a row of `StepSpec.callers`. */
export const CALLER_ROW = 5;
/** In the place of a register: the frame is told by ESP, from what is given as offset up to the CFA. */
export const IN_EXTENT = 8;

/**
 * How far to step. Interrupts and faults that the kernels handle run to completion unseen.
 *
 * `callers` tells frames that the step may come back to without a return (longjmp), for one that goes on again ends what a step waits for. Five
 * words a row: as of `FrameRules`, and the canonical frame address. A step of a range has the rules of its own frame in `frame`. A step until an
 * address has them, or none of them, where it leaves a frame that runs now.
 */
export type StepSpec = (
  | /** One instruction; `over` runs calls and REP to their end. */
    { readonly kind: 'instruction'; readonly over: boolean }
    /**
     * Until EIP leaves all `ranges` ([start, end) linear addresses); `over` does not enter calls. With `frame` many calls cost no more
     * than they take to run.
     */
  | {
      readonly kind: 'range';
      readonly ranges: readonly (readonly [number, number])[];
      readonly over: boolean;
      readonly frame?: FrameRules | undefined;
    }
  /** Until EIP is `address` and ESP is at least `stack` while `coroutine` owns the CPU. */
  | {
      readonly kind: 'until';
      readonly address: number;
      readonly stack: number;
      readonly coroutine: CoroutineId;
    }
) & { readonly callers?: Uint32Array | undefined };

export type StopReason =
  | 'entry'
  | 'breakpoint'
  /** Watched bytes were touched, or something happened that is waited for. */
  | 'event'
  | 'step'
  | 'pause'
  /** A triple fault; the state is that before the first fault. */
  | 'shutdown'
  /** The guest wrote to isa-debug-exit: the machine is over. */
  | 'exit'
  /** The guest reset the machine: it is over too. */
  | 'reset'
  /** Halted with interrupts off: nothing will ever happen again. */
  | 'halted';

export interface SegmentState {
  readonly selector: number;
  readonly base: number;
  readonly limit: number;
  /** Bits 8-23 of the descriptor's upper dword. */
  readonly attributes: number;
}

/** x87, MMX and SSE state (SDM vol. 1, chapters 8 to 10). */
export interface FpuState {
  readonly control: number;
  /** With TOP in bits 11-13. */
  readonly status: number;
  /** Bit n: R0 + n is not empty. */
  readonly valid: number;
  /** Where the last non-control instruction was, what it was and what it touched. */
  readonly last: {
    readonly opcode: number;
    readonly cs: number;
    readonly ip: number;
    readonly ds: number;
    readonly dp: number;
  };
  /** R0 to R7, 16 bytes each: significand (8), sign and exponent (2). */
  readonly registers: Uint8Array;
  readonly mxcsr: number;
  /** XMM0 to XMM7, 16 bytes each. */
  readonly xmm: Uint8Array;
}

/** The architectural state at a stop. */
export interface CpuSnapshot {
  /** EAX ECX EDX EBX ESP EBP ESI EDI, unsigned. */
  readonly general: readonly number[];
  readonly eip: number;
  /** The linear address of the next instruction. */
  readonly linearEip: number;
  readonly eflags: number;
  /** ES CS SS DS FS GS LDTR TR. */
  readonly segments: readonly SegmentState[];
  readonly gdt: { readonly base: number; readonly limit: number };
  readonly idt: { readonly base: number; readonly limit: number };
  readonly cr0: number;
  readonly cr2: number;
  readonly cr3: number;
  readonly cr4: number;
  /** DR0 to DR7. */
  readonly debug: readonly number[];
  readonly fpu: FpuState;
  readonly cpl: number;
  readonly halted: boolean;
  /** Halted before an instruction that waits for an unmasked x87 exception, which is an interrupt while CR0.NE is off (IRQ 13). */
  readonly frozen: boolean;
}

/** A passage page that the host kernel announced. */
export interface PassageInfo {
  readonly monitor: number;
  /** Physical address of page 0. */
  readonly physical: number;
  /** Its 4096 bytes: state blocks, operation and parameters (core/abi decodes them). */
  readonly page: Uint8Array;
}

/** An exception: one of the chain that led to a shutdown, or one whose handler has yet to be entered. */
export interface ExceptionInfo {
  readonly vector: number;
  /** -1 when the vector has none. */
  readonly errorCode: number;
  readonly cr2: number;
}

export interface MachineSnapshot {
  readonly cpu: CpuSnapshot;
  /** The exception that happens as soon as the machine goes on. */
  readonly pending: ExceptionInfo | undefined;
  /** Retired instructions. */
  readonly instructions: number;
  readonly virtualNanoseconds: number;
  /** Who owns the CPU. */
  readonly coroutine: CoroutineId;
  readonly passages: readonly PassageInfo[];
}

/** One crossing from a coroutine to another. */
export interface SwitchRecord {
  /** Retired instructions when the new address space was loaded. */
  readonly instructions: number;
  /** 0: the host, n + 1: the guest of monitor n. */
  readonly from: CoroutineId;
  readonly to: CoroutineId;
  /** The passage page's operation code: enum co_operation of the cooperative ABI. */
  readonly operation: number;
  /** Where the passage returns to, on the side that gave up the CPU and on the other one; 0 if it is not known. */
  readonly fromCaller: number;
  readonly toCaller: number;
  /** The first four. */
  readonly parameters: readonly number[];
  /** Counts all crossings since boot. */
  readonly sequence: number;
}

/** A piece of a record that is always kept. */
export interface RecordRange {
  readonly first: number;
  readonly most: number;
}

/** How a stopped machine goes on. */
export interface Resumption {
  /** Breakpoints on the next instruction count: the machine has stopped before it looked at them. */
  readonly visit?: boolean;
}

export interface RequestMap {
  boot: { params: BootRequest; result: MachineSnapshot };
  /** The machine is over, and nothing of it is left in the worker, which can boot another. */
  end: { params: Record<string, never>; result: Record<string, never> };
  /**
   * Code that a machine with the same files has translated before is translated before it is hot, and what is translated from now on is kept. Before
   * the first run; nobody has to.
   */
  recallRegions: { params: { kept: Uint8Array }; result: Record<string, never> };
  /** What is kept: undefined where nothing was recalled, or what was is as good. */
  keptRegions: { params: Record<string, never>; result: { kept: Uint8Array | undefined } };
  /** Runs until something stops the machine. */
  resume: { params: Resumption; result: Record<string, never> };
  step: { params: StepSpec; result: Record<string, never> };
  /** Goes on with a step that a breakpoint or an event has stopped: as if it had not been there. */
  resumeStep: { params: Resumption; result: Record<string, never> };
  pause: { params: Record<string, never>; result: Record<string, never> };
  /** So many log points have been written down. */
  logPointsHeard: { params: { count: number }; result: Record<string, never> };
  snapshot: { params: Record<string, never>; result: MachineSnapshot };
  /** Reads up to `length` bytes; the result ends before the first page that is not mapped. */
  readMemory: { params: { space: Space; address: number; length: number }; result: { bytes: Uint8Array } };
  /** Writes bytes; the result says how many fitted before a page that is not mapped. */
  writeMemory: { params: { space: Space; address: number; bytes: Uint8Array }; result: { written: number } };
  /**
   * `name` is a lower-case register of the CPU: eax..edi, eip, eflags, cr0..cr4, es..gs; st0..st7 (10 bytes), fctrl, fstat, ftag, fop,
   * fiseg, fioff, foseg, fooff, mm0..mm7 (8), xmm0..xmm7 (16), mxcsr; `msr[0x174]` (8). `value` is a word, or little-endian bytes. A value
   * that the processor would not take is refused with the reason.
   */
  writeRegister: { params: { name: string; value: number | Uint8Array }; result: Record<string, never> };
  /** The eight bytes of a model-specific register; none when the processor has none of that number. */
  readMsr: { params: { index: number }; result: { bytes: Uint8Array | undefined } };
  /**
   * What will be asked at each stop from now on: stops bring the answers along. Replaces what was expected before.
   */
  expect: { params: { looks: readonly Look[] }; result: Record<string, never> };
  setBreakpoints: { params: { breakpoints: readonly BreakpointSpec[] }; result: Record<string, never> };
  setCatchpoints: { params: { catchpoints: readonly CatchSpec[] }; result: Record<string, never> };
  /**
   * Watches bytes of memory, wherever they are mapped now. Replaces those before.
   * @returns the ids of those that can be watched: all of their bytes are in RAM
   */
  setWatchpoints: {
    params: { watchpoints: readonly (WatchpointSpec & { readonly space: Space })[] };
    result: { readonly watched: readonly number[] };
  };
  /** Bytes from outside into a serial port. */
  input: { params: { port: SerialPort; bytes: Uint8Array }; result: Record<string, never> };
  /** Presses the NMI button of the machine. */
  nmi: { params: Record<string, never>; result: Record<string, never> };
  /** The answer to a `blockRequest` event. An id that is not waited for any more is ignored. */
  completeBlock: {
    params: { disk: number; id: number; outcome: BlockOutcome };
    result: Record<string, never>;
  };
  /** An Ethernet frame for the guest on one of its cables, counted as in the machine's configuration. */
  networkFrame: { params: { network: number; bytes: Uint8Array }; result: Record<string, never> };
  /** The cable of a network card is plugged in or out. */
  networkLink: { params: { network: number; up: boolean }; result: Record<string, never> };
  /** Bytes for a port of the virtio console. */
  consoleInput: { params: { port: number; bytes: Uint8Array }; result: Record<string, never> };
  consoleSize: { params: { columns: number; rows: number }; result: Record<string, never> };
  /** The answer to a `shareRequest` event: a 9P message. */
  completeShare: { params: { share: number; id: number; bytes: Uint8Array }; result: Record<string, never> };
  /**
   * Crossings from sequence number `first` on, or what is still known of them; a negative number counts from the end. The
   * other records are asked for in the same way.
   */
  /** `count`: how many there were since boot, kept or not. */
  switches: { params: RecordRange; result: { switches: PackedSwitches; count: number } };
  transitions: { params: RecordRange; result: { transitions: PackedTransitions; count: number } };
  spaceLoads: { params: RecordRange; result: { loads: readonly SpaceRecord[]; count: number } };
  /** Handlers that were entered and have not come back, the last one first: for call stacks. */
  openEntries: {
    params: { coroutine: CoroutineId };
    result: { entries: readonly OpenEntry[] };
  };
  /** The last taken branches, oldest first. */
  branches: { params: { most: number }; result: { branches: readonly BranchRecord[] } };
  /** A translation level by level, and why `access` would fault. `cr3` stands in for that of the space. */
  pageWalk: {
    params: { space: Space; cr3?: number; address: number; access?: AccessKind };
    result: PageWalk;
  };
  mappings: { params: { space: Space; cr3?: number }; result: Mappings };
  /** Which addresses of which spaces lead to a physical address. */
  reverseMap: { params: { physical: number }; result: { mappings: readonly ReverseMapping[] } };
  /** The states of all devices, as far as a person can look at them. */
  devices: { params: Record<string, never>; result: { devices: readonly DeviceState[] } };
  /** What has passed between devices and their other ends, and the requests that wait for an answer. */
  traffic: {
    params: RecordRange;
    result: {
      traffic: readonly TrafficRecord[];
      count: number;
      waiting: readonly TrafficItem[];
    };
  };
  /** The frames among it that are kept, as a file in pcapng. */
  capture: { params: Record<string, never>; result: { bytes: Uint8Array; packets: number } };
  /** Begins a record of all that runs, or ends it; what was recorded stays until the next one begins. */
  recordExecution: { params: { on: boolean }; result: Record<string, never> };
  executed: {
    params: Record<string, never>;
    result: { spaces: readonly ExecutedSpace[]; truncated: boolean };
  };
  startProfile: { params: Record<string, never>; result: Record<string, never> };
  stopProfile: { params: Record<string, never>; result: Profile };
  /** Hash of the whole machine state. */
  hash: { params: Record<string, never>; result: { hash: string } };
}

export type RequestKind = keyof RequestMap;

/** Requests that look at the machine, and whose answers hold for as long as it stands and is not written to. */
export const LOOK_KINDS = [
  'readMemory',
  'readMsr',
  'openEntries',
  'pageWalk',
] as const satisfies readonly RequestKind[];
export type LookKind = (typeof LOOK_KINDS)[number];
export type Look = {
  [K in LookKind]: { readonly kind: K; readonly params: RequestMap[K]['params'] };
}[LookKind];
/** Most looks that stops can be told to bring along, and most bytes that one of them reads. */
export const MAX_LOOKS = 64;
export const MAX_LOOK_BYTES = 0x1000;

export type SerialPort = 'com1' | 'com2';

export interface Request<K extends RequestKind = RequestKind> {
  readonly id: number;
  readonly kind: K;
  readonly params: RequestMap[K]['params'];
}

/** What went wrong, in one sentence for the user; `code` is stable. */
export interface ProtocolError {
  readonly code: string;
  readonly sentence: Sentence;
}

export type Response =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: ProtocolError };

export type MachineEvent =
  | {
      readonly event: 'stopped';
      readonly reason: StopReason;
      /** Breakpoints that match, for reason `breakpoint`. */
      readonly breakpoints: readonly number[];
      /** Why conditions could not be evaluated: they stop then. */
      readonly problems: readonly Sentence[];
      /** For reason `event`. */
      readonly watchpoints: readonly WatchHit[];
      readonly caught: readonly CaughtEvent[];
      /** Exit status of the isa-debug-exit device, for reason `exit`. */
      readonly exitStatus: number | undefined;
      /** First cause first, for reason `shutdown`. */
      readonly causes: readonly ExceptionInfo[];
      /** Results of what the latest `expect` named, in its order; `undefined` for one that was refused. */
      readonly answers: readonly unknown[];
      readonly snapshot: MachineSnapshot;
    }
  | { readonly event: 'serial'; readonly port: SerialPort | 'debugcon'; readonly bytes: Uint8Array }
  | {
      /** About ten times a second while the machine runs. */
      readonly event: 'status';
      readonly coroutine: CoroutineId;
      /** Of the guests that there are: those whose passage pages were announced. */
      readonly monitors: readonly number[];
      readonly cpl: number;
      readonly instructions: number;
      readonly virtualNanoseconds: number;
    }
  | { readonly event: 'log'; readonly text: string }
  /** Log points were passed, in this order. `logPointsHeard` answers, or the machine waits after a while. */
  | { readonly event: 'logPoints'; readonly hits: readonly LogPointHit[] }
  /** A disk of kind `outside` is asked for something; `completeBlock` answers. */
  | {
      readonly event: 'blockRequest';
      readonly disk: number;
      readonly id: number;
      readonly operation: BlockOperation;
    }
  /** The guest sends an Ethernet frame. */
  | { readonly event: 'networkFrame'; readonly network: number; readonly bytes: Uint8Array }
  /** The guest writes to a port of the virtio console. */
  | { readonly event: 'consoleOutput'; readonly port: number; readonly bytes: Uint8Array }
  /** A 9P message; `completeShare` answers with at most `room` bytes. */
  | {
      readonly event: 'shareRequest';
      readonly share: number;
      readonly id: number;
      readonly message: Uint8Array;
      readonly room: number;
    };

export type FromMachine = Response | MachineEvent;
/** How it is posted: the answer to a request that sets the machine going comes with what is said behind it. */
export type Posted = FromMachine | readonly FromMachine[];
