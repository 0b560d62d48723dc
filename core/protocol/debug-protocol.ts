/**
 * What the debug core (`core/debug/`) is asked for and tells: conditions, breakpoints, catchpoints, records and page walks.
 *
 * Part of the machine protocol: every value survives structured clone, addresses are unsigned 32-bit numbers.
 */
import type { CoroutineId } from './machine-protocol.ts';

/** The types that values of an expression have. 64-bit values are bigints. */
export type ValueType = 'i32' | 'u32' | 'i64' | 'u64' | 'f64';

export const UNARY_OPERATORS = ['-', '~', '!'] as const;
export const BINARY_OPERATORS = [
  ...['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'],
  ...['==', '!=', '<', '<=', '>', '>='],
] as const;

/**
 * What conditions of catchpoints see of the event: vector and error code of an exception or interrupt, rings or coroutines it
 * leads from and to, the operation of a switch, the number and (low) value of a register, a port and what it was given.
 */
export const EVENT_REGISTERS = [
  'vector',
  'error',
  'from',
  'to',
  'operation',
  'msr',
  'before',
  'value',
  'port',
  'size',
  'write',
] as const;
export type EventRegister = (typeof EVENT_REGISTERS)[number];

/**
 * A side-effect-free expression that the core evaluates: what C conditions are compiled to. Operands are converted by the
 * compiler: both sides of a binary operator have its `type` (a shift's right side is `u32`). Comparisons, `!`, `and`
 * and `or` give an `i32` of 0 or 1.
 */
export type Expression =
  | { readonly kind: 'constant'; readonly type: ValueType; readonly value: number | bigint }
  /**
   * An `u32`: a register (`eax` to `edi`, `eip`, `eflags`, `es` to `gs`, `cr0` to `cr4`), `cpl`, `coroutine`, or one of
   * `EVENT_REGISTERS`.
   */
  | { readonly kind: 'register'; readonly name: string }
  /** Little-endian bytes of memory; `address` is an `u32`. Fails where nothing is mapped. */
  | {
      readonly kind: 'load';
      readonly type: ValueType;
      readonly size: 1 | 2 | 4 | 8;
      readonly signed: boolean;
      readonly physical: boolean;
      readonly address: Expression;
    }
  /** Some bits of an integer of the same type. */
  | {
      readonly kind: 'bits';
      readonly type: ValueType;
      readonly shift: number;
      readonly width: number;
      readonly signed: boolean;
      readonly operand: Expression;
    }
  | {
      readonly kind: 'convert';
      readonly from: ValueType;
      readonly to: ValueType;
      readonly operand: Expression;
    }
  | {
      readonly kind: 'unary';
      readonly operator: string;
      readonly type: ValueType;
      readonly operand: Expression;
    }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly type: ValueType;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** Both sides are `i32`; the right one is evaluated only when the left one does not decide. */
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'select';
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    };

/** Which of the visits at which all else holds count: the nth, those from the nth on, or every nth. */
export interface HitCondition {
  readonly kind: 'equal' | 'atLeast' | 'atMost' | 'multiple';
  readonly count: number;
}

/** Does the visit of this number count? The first is 1. */
export function isHit({ kind, count: wanted }: HitCondition, visit: number): boolean {
  switch (kind) {
    case 'equal':
      return visit === wanted;
    case 'atLeast':
      return visit >= wanted;
    case 'atMost':
      return visit <= wanted;
    case 'multiple':
      return visit % wanted === 0;
  }
}

/** What is told of a visit instead of a stop. */
export interface LogSpec {
  readonly values: readonly (
    | { readonly kind: 'value'; readonly expression: Expression }
    /** Memory as it is: up to `length` bytes, ended behind a zero byte if `text`. */
    | {
        readonly kind: 'memory';
        readonly address: Expression;
        readonly length: number;
        readonly text: boolean;
      }
  )[];
}

/** When a stop counts; absent parts always hold. */
export interface Filter {
  /** Only while this coroutine owns the CPU; -1 for any. */
  readonly coroutine: CoroutineId | -1;
  /** Only in the address space with this CR3; its low 12 bits do not count. */
  readonly cr3?: number;
  /** Only at this privilege level. */
  readonly ring?: number;
  readonly condition?: Expression;
  readonly hit?: HitCondition;
}

/** Stops execution before the instruction at an address. Specs of the same `id` share their hit count. */
export interface BreakpointSpec extends Filter {
  readonly id: number;
  readonly address: number;
  /** `address` is physical: whatever the linear address is. */
  readonly physical?: boolean;
  /** A log point: it is told and the machine goes on. */
  readonly log?: LogSpec;
}

/** A value of a log point; `undefined` where it cannot be had. */
export type LoggedValue = number | bigint | Uint8Array | undefined;

/** A log point was passed. */
export interface LogPointHit {
  readonly id: number;
  /** One for each of its `values`. */
  readonly values: readonly LoggedValue[];
}

/**
 * A stop on something that happens. An exception stops before its handler is entered, everything else behind the instruction
 * or entry that it belongs to; the first execution of a page stops before it.
 */
export type CatchSpec = Filter & { readonly id: number } & (
    | {
        readonly kind: 'exception';
        /** Empty for all. */
        readonly vectors: readonly number[];
      }
    /** From the interrupt controller or INT n; NMI is vector 2. */
    | {
        readonly kind: 'interrupt';
        readonly vectors: readonly number[];
        readonly source: 'hardware' | 'software' | 'any';
      }
    /** The privilege level changes; -1 for any. */
    | { readonly kind: 'ring'; readonly from: number; readonly to: number }
    /** A control register gets a value. `change`: only another one than it had. */
    | { readonly kind: 'control'; readonly register: 0 | 3 | 4; readonly change: boolean }
    /** WRMSR; -1 for any register. */
    | { readonly kind: 'msr'; readonly index: number }
    /** The CPU is handed over; -1 for any coroutine and any operation. */
    | {
        readonly kind: 'switch';
        readonly from: CoroutineId | -1;
        readonly to: CoroutineId | -1;
        readonly operation: number;
      }
    /** I/O ports `first` to `last`. */
    | {
        readonly kind: 'port';
        readonly first: number;
        readonly last: number;
        readonly access: 'read' | 'write' | 'readWrite';
      }
    /** A page that never executed before, or that executes and is mapped writable (once for each page). */
    | { readonly kind: 'execute'; readonly pages: 'new' | 'writable' }
    /**
     * Code on linear pages of which none of these ranges has the whole: once for each frame that a page is mapped to, for up to 256 of
     * them, and up to 16 times again when other code has come into it.
     */
    | {
        readonly kind: 'execute';
        readonly pages: 'outside';
        /** Start and end, which is not included. */
        readonly known: readonly (readonly [number, number])[];
      }
  );

/** What has happened. */
export type CaughtEvent = { readonly id: number } & (
  | { readonly kind: 'exception'; readonly vector: number; readonly errorCode: number }
  | { readonly kind: 'interrupt'; readonly vector: number; readonly source: 'hardware' | 'software' }
  | { readonly kind: 'ring'; readonly from: number; readonly to: number }
  | { readonly kind: 'control'; readonly register: number; readonly before: number; readonly value: number }
  | { readonly kind: 'msr'; readonly index: number; readonly low: number; readonly high: number }
  | {
      readonly kind: 'switch';
      readonly from: CoroutineId;
      readonly to: CoroutineId;
      readonly operation: number;
    }
  | {
      readonly kind: 'port';
      readonly port: number;
      readonly size: number;
      readonly write: boolean;
      readonly value: number;
    }
  | { readonly kind: 'execute'; readonly linear: number; readonly physical: number }
);

/** How the processor came from one place to another that is not an ordinary branch. */
export const TRANSITION_KINDS = [
  'exception',
  'interrupt',
  'nmi',
  'software-interrupt',
  'call-gate',
  'sysenter',
  'interrupt-return',
  'far-return',
  'sysexit',
  'task-switch',
] as const;
export type TransitionKind = (typeof TRANSITION_KINDS)[number];

/** Where a transition began or ended. `eip` and `esp` are offsets. */
export interface TransitionPlace {
  readonly cs: number;
  readonly eip: number;
  readonly ss: number;
  readonly esp: number;
  /** Privilege level. */
  readonly ring: number;
  /** EFLAGS.VM was set. */
  readonly v86: boolean;
}

/** One entry of a handler or a gate, or the return from it. */
export interface TransitionRecord {
  /** Counts all transitions since boot. */
  readonly sequence: number;
  /** Retired instructions at that moment. */
  readonly instructions: number;
  readonly kind: TransitionKind;
  /** -1 where there is none. */
  readonly vector: number;
  readonly errorCode: number;
  /** The address that the handler returns to: of an exception's instruction, else of the one behind. */
  readonly from: TransitionPlace;
  /** Behind the transition: `esp` is below what the processor has pushed. */
  readonly to: TransitionPlace;
  readonly cr3: number;
  /** For page faults the address, else what CR2 happened to hold. */
  readonly cr2: number;
  readonly coroutine: CoroutineId;
}

/** An entry whose handler has not come back. */
export interface OpenEntry extends TransitionRecord {
  /** Where it goes on instead of `from`: the handler has changed what the processor has pushed of a program in another ring. */
  readonly changed?: TransitionPlace;
}

/** A taken branch, by linear addresses. */
export interface BranchRecord {
  readonly from: number;
  readonly to: number;
}

/** A load of CR3. */
export interface SpaceRecord {
  readonly sequence: number;
  readonly instructions: number;
  /** Linear address of the instruction. */
  readonly eip: number;
  readonly before: number;
  readonly value: number;
}

/** How memory would be used. */
export interface AccessKind {
  readonly kind: 'read' | 'write' | 'execute';
  readonly user: boolean;
}

/** One entry that a page walk reads. */
export interface PageLevel {
  readonly name: 'PDPTE' | 'PDE' | 'PTE';
  readonly index: number;
  /** Physical address of the entry. */
  readonly address: number;
  readonly low: number;
  /** Upper dword of a PAE entry, else 0. */
  readonly high: number;
}

/** Why an access faults. `level` counts in `levels`. */
export interface WalkFault {
  readonly reason:
    'not-present' | 'reserved-bit' | 'read-only' | 'supervisor-only' | 'no-execute' | 'no-memory';
  readonly level: number;
}

/** A translation, level by level (SDM vol. 3A, sections 4.3 and 4.4). */
export interface PageWalk {
  readonly linear: number;
  readonly cr3: number;
  readonly paging: 'off' | '32-bit' | 'pae';
  readonly levels: readonly PageLevel[];
  /** Absent when some level is not present. */
  readonly physical: number | undefined;
  readonly pageSize: number | undefined;
  /** What all levels together allow. */
  readonly writable: boolean;
  readonly user: boolean;
  readonly executable: boolean;
  /** Why the asked-for access would fault; absent when it would not. */
  readonly fault: WalkFault | undefined;
}

/** Bits of `Mappings.flags`. */
export const MappingFlag = {
  Writable: 1,
  User: 2,
  NoExecute: 4,
  WriteThrough: 8,
  CacheDisable: 0x10,
  Global: 0x20,
  /** Mapped by 2 or 4 MiB pages. */
  Large: 0x40,
  /** Outside RAM. */
  Device: 0x80,
} as const;

/** The mapped ranges of an address space, ascending, neighbours with the same flags and physical order merged. */
export interface Mappings {
  readonly start: Uint32Array;
  /** Last address, included. */
  readonly last: Uint32Array;
  /** Where the range begins in physical memory. */
  readonly physical: Uint32Array;
  /** `MappingFlag` bits. */
  readonly flags: Uint32Array;
  /** Ranges were left out. */
  readonly truncated: boolean;
}

/** An address that a frame is mapped at. */
export interface ReverseMapping {
  readonly cr3: number;
  /** Whose address space that is; -1 for one that was loaded lately and is not in use now. */
  readonly coroutine: CoroutineId | -1;
  readonly linear: number;
  readonly flags: number;
}

/** Plain data of a device's state; a buffer is its length and its first bytes. */
export type PlainValue =
  null | number | boolean | string | readonly PlainValue[] | { readonly [name: string]: PlainValue };

/** What a device says of itself; the names are those of its registers. */
export interface DeviceState {
  readonly name: string;
  readonly state: PlainValue;
}

/** What has run in an address space of a coroutine, ascending by linear address. */
export interface ExecutedSpace {
  readonly coroutine: CoroutineId;
  readonly cr3: number;
  /** Instructions, and how often each was begun: one that faults and runs again was begun twice. */
  readonly addresses: Uint32Array;
  readonly counts: Float64Array;
  /** Conditional branches (Jcc, LOOP, JECXZ), how often each was taken, and how often it was not. */
  readonly branches: Uint32Array;
  readonly taken: Float64Array;
  readonly passed: Float64Array;
  /** What of it ran in ring 3, page by page: programs come and go at the same addresses. */
  readonly programs: readonly ExecutedPage[];
}

/** A page of code in ring 3, with what ran of it. Pages at one address are several when their bytes were others at other times. */
export interface ExecutedPage {
  readonly address: number;
  /** As they were when something of it ran first. */
  readonly bytes: Uint8Array;
  /** As of a space. */
  readonly executed: Pick<ExecutedSpace, 'addresses' | 'counts' | 'branches' | 'taken' | 'passed'>;
}

/**
 * A tree of calls, one column for each property; a parent stands before its children. A node whose parent is -1 is a coroutine.
 * One tick is one retired instruction, one round of a REP, or 10 virtual nanoseconds of HLT.
 */
export interface Profile {
  readonly parents: Int32Array;
  readonly coroutines: Int32Array;
  /** Linear address of the function as it was called; of the outermost ones where their code was met first. */
  readonly addresses: Uint32Array;
  /** Of the handler of an interrupt or exception, else -1. */
  readonly vectors: Int32Array;
  /** CR3 of a program in ring 3, else 0. */
  readonly spaces: Uint32Array;
  /** Ticks of the function itself, without those that it called. */
  readonly self: Float64Array;
  readonly calls: Float64Array;
  /** Ticks that nobody ran in. */
  readonly haltedTicks: number;
  readonly history: ProfileHistory;
  /** The tree was too large: the rest was counted where it ended. */
  readonly truncated: boolean;
}

/** Who ran when: virtual time in slices, all ticks of each by node. */
export interface ProfileHistory {
  /** Nodes of the tree; -1 for ticks that nobody ran in. */
  readonly nodes: Int32Array;
  readonly ticks: Float64Array;
  /** Where each slice begins in `nodes`. */
  readonly slices: Uint32Array;
}
