/**
 * What the translator works on: x86 instructions by what they do, in basic blocks with one terminator each.
 *
 * Operands keep x86's own shape (registers with their parts, memory with base, index and displacement), for that is what the
 * passes reason about; the instructions that are not listed here are done by the interpreter's handlers (`interpret`).
 * Flags have no operands: which of them an operation must leave is found by `passes/flag-liveness.ts`.
 */
import type { Insn } from '../cpu/decode/insn.ts';
import type { Softfloat } from '../softfloat/softfloat.ts';

export type Width = 8 | 16 | 32;

/** A general register. `high`: bits 8-15 of it (AH, CH, DH, BH). */
export interface Register {
  readonly kind: 'register';
  readonly register: number;
  readonly high: boolean;
}
export interface Constant {
  readonly kind: 'constant';
  readonly value: number;
}
/**
 * Memory at seg:((base + (index << scale) + disp) & mask). `ZERO` (8) stands for no base and no index. A bit string begins there, and its word
 * or dword is the one that the bit in a register lies in.
 */
export interface Memory {
  readonly kind: 'memory';
  readonly seg: number;
  readonly base: number;
  readonly index: number;
  readonly scale: number;
  readonly disp: number;
  readonly mask: number;
  readonly bit?: { readonly register: number; readonly width: 16 | 32 };
}
export type Place = Register | Memory;
/** An XMM register, or an MMX register, which is the significand of an x87 one. */
export interface Vector {
  readonly kind: 'vector';
  readonly register: number;
  readonly mmx: boolean;
}
export type VectorSource = Vector | Memory;
/** What an SSE floating-point instruction works on: one element (the lowest), or all of a register. */
export interface FloatForm {
  readonly packed: boolean;
  readonly double: boolean;
}
export type FloatName = 'add' | 'mul' | 'sub' | 'min' | 'div' | 'max' | 'sqrt';
export type Operand = Place | Constant;

export type AluName = 'add' | 'or' | 'adc' | 'sbb' | 'and' | 'sub' | 'xor' | 'cmp' | 'test';
export type UnaryName = 'inc' | 'dec' | 'not' | 'neg';
export type ShiftName = 'rol' | 'ror' | 'rcl' | 'rcr' | 'shl' | 'shr' | 'sar';
export type BitName = 'bt' | 'bts' | 'btr' | 'btc';

/** Formats of memory operands of x87 instructions: floating point, then integers of 16, 32 and 64 bits. */
export type X87Format = 'single' | 'double' | 'extended' | 'word' | 'long' | 'quad';

/** Where an operation comes from. `index` is its position in the block, `start` and `end` are offsets from the block's EIP. */
interface Common {
  readonly insn: Insn;
  /** Which flags it must leave: bits of `Flags`. Filled by a pass; all until then. */
  flags: number;
}

export type Operation = Common &
  (
    | { readonly op: 'nop' }
    | { readonly op: 'mov'; readonly width: Width; readonly to: Place; readonly from: Operand }
    | {
        readonly op: 'extend';
        readonly from: Place;
        readonly fromWidth: 8 | 16;
        readonly signed: boolean;
        readonly to: Register;
        readonly width: 16 | 32;
      }
    | { readonly op: 'lea'; readonly width: 16 | 32; readonly to: Register; readonly from: Memory }
    | {
        readonly op: 'alu';
        readonly name: AluName;
        readonly width: Width;
        readonly to: Place;
        readonly from: Operand;
      }
    | { readonly op: 'unary'; readonly name: UnaryName; readonly width: Width; readonly to: Place }
    | {
        readonly op: 'shift';
        readonly name: ShiftName;
        readonly width: Width;
        readonly to: Place;
        /** CL, or a constant from 1 to 31. */
        readonly count: Operand;
        /** ROL and ROR of a register by a constant above 1 leave OF alone (see `core/cpu/integer/shift.ts`). */
        readonly keepsOverflow: boolean;
      }
    /** SHLD and SHRD. */
    | {
        readonly op: 'double-shift';
        readonly left: boolean;
        readonly width: 16 | 32;
        readonly to: Place;
        readonly fill: Register;
        readonly count: Operand;
      }
    /** IMUL with one result of 16 or 32 bits. */
    | {
        readonly op: 'multiply';
        readonly width: 16 | 32;
        readonly to: Register;
        readonly a: Place;
        readonly b: Operand;
      }
    /** EDX:EAX := EAX * from, or the same with DX:AX, or AX := AL * from. */
    | { readonly op: 'wide-multiply'; readonly signed: boolean; readonly width: Width; readonly from: Place }
    /** EAX, EDX := quotient and remainder of EDX:EAX by `from`, or AX, DX of DX:AX, or AL, AH of AX. */
    | { readonly op: 'divide'; readonly signed: boolean; readonly width: Width; readonly from: Place }
    | { readonly op: 'push'; readonly width: 16 | 32; readonly from: Operand }
    | { readonly op: 'pop'; readonly width: 16 | 32; readonly to: Place }
    /** ENTER without nested frames: `locals` bytes below the saved EBP. */
    | { readonly op: 'enter'; readonly locals: number }
    | { readonly op: 'leave' }
    /** PUSHA and POPA with 32-bit operands. */
    | { readonly op: 'push-all' }
    | { readonly op: 'pop-all' }
    | { readonly op: 'set'; readonly condition: number; readonly to: Place }
    | {
        readonly op: 'conditional-move';
        readonly condition: number;
        readonly width: 16 | 32;
        readonly to: Register;
        readonly from: Place;
      }
    | { readonly op: 'exchange'; readonly width: Width; readonly a: Place; readonly b: Register }
    | { readonly op: 'exchange-add'; readonly width: Width; readonly to: Place; readonly from: Register }
    | { readonly op: 'compare-exchange'; readonly width: Width; readonly to: Place; readonly from: Register }
    /** CMPXCHG8B. */
    | { readonly op: 'compare-exchange-8'; readonly to: Memory }
    /** A bit of a register, or of a word or dword of memory that a constant chooses. */
    | {
        readonly op: 'bit';
        readonly name: BitName;
        readonly width: 16 | 32;
        readonly to: Place;
        readonly bit: Operand;
      }
    /** BSF and BSR. */
    | {
        readonly op: 'scan';
        readonly forward: boolean;
        readonly width: 16 | 32;
        readonly to: Register;
        readonly from: Place;
      }
    | { readonly op: 'swap-bytes'; readonly to: Register }
    /** CBW, CWDE, CWD, CDQ. */
    | { readonly op: 'widen'; readonly width: 16 | 32; readonly high: boolean }
    /** CLC, STC, CMC. */
    | { readonly op: 'carry'; readonly to: 'clear' | 'set' | 'complement' }
    /** CLD, STD. */
    | { readonly op: 'direction'; readonly down: boolean }
    | { readonly op: 'push-flags' }
    /** LAHF, SAHF. */
    | { readonly op: 'flags-to-ah' }
    | { readonly op: 'flags-from-ah' }
    /** Loads ES, DS, FS or GS. */
    | { readonly op: 'load-segment'; readonly seg: number; readonly from: Place | 'stack' }
    /** 16 bits to memory and the stack; the width is that of a register. */
    | {
        readonly op: 'store-segment';
        readonly seg: number;
        readonly to: Place | 'stack';
        readonly width: 16 | 32;
      }
    /** A control register, by the index of its word in `cpu/state.ts`; for ring 0. */
    | { readonly op: 'read-state'; readonly to: Register; readonly word: number }
    /** RDTSC. */
    | { readonly op: 'time-stamp' }
    /** The lowest bytes of an XMM register from a register or memory; the rest is cleared. */
    | {
        readonly op: 'vector-load';
        readonly to: Vector;
        readonly from: VectorSource | Register;
        readonly bytes: 4 | 8 | 16;
        readonly aligned: boolean;
      }
    /** `bytes` of an XMM register, from its lowest or its upper half on, to a register or memory. */
    | {
        readonly op: 'vector-store';
        readonly from: Vector;
        readonly to: Register | Memory;
        readonly bytes: 4 | 8 | 16;
        readonly upper: boolean;
        readonly aligned: boolean;
      }
    /** One lane of an XMM register from a lane of another one, from memory or a register. */
    | {
        readonly op: 'vector-insert';
        readonly to: Vector;
        readonly from: VectorSource | Register;
        readonly bytes: 2 | 4 | 8;
        readonly toLane: number;
        readonly fromLane: number;
      }
    /** PEXTRW. */
    | { readonly op: 'vector-extract'; readonly to: Register; readonly from: Vector; readonly lane: number }
    /** A lane operation by the second byte of its opcode: `softfloat/assembly/simd.ts` has them all. */
    | { readonly op: 'vector-lanes'; readonly code: number; readonly to: Vector; readonly from: VectorSource }
    /** Bytes 0-15 are those of `to`, 16-31 those of `from`, of which an operand in memory has `reads`. */
    | {
        readonly op: 'vector-shuffle';
        readonly to: Vector;
        readonly from: VectorSource | Constant;
        readonly bytes: readonly number[];
        readonly reads: 4 | 8 | 16;
      }
    /** Shifts of lanes, by the second opcode byte of their register form. */
    | {
        readonly op: 'vector-shift';
        readonly code: number;
        readonly to: Vector;
        readonly count: Constant | VectorSource;
      }
    /** The signs of 16, 4 or 2 lanes. */
    | {
        readonly op: 'vector-signs';
        readonly to: Register;
        readonly from: Vector;
        readonly lanes: 16 | 4 | 2;
      }
    /** EMMS. */
    | { readonly op: 'vector-empty-mmx' }
    /** LDMXCSR and STMXCSR. */
    | { readonly op: 'vector-load-control'; readonly from: Memory }
    | { readonly op: 'vector-store-control'; readonly to: Memory }
    | {
        readonly op: 'float';
        readonly name: FloatName;
        readonly form: FloatForm;
        readonly to: Vector;
        readonly from: VectorSource;
      }
    /** CMPccPS and relatives: all ones where the predicate (0 to 7) holds. */
    | {
        readonly op: 'float-compare';
        readonly predicate: number;
        readonly form: FloatForm;
        readonly to: Vector;
        readonly from: VectorSource;
      }
    /** COMISS and relatives. */
    | {
        readonly op: 'float-order';
        readonly quietly: boolean;
        readonly form: FloatForm;
        readonly a: Vector;
        readonly b: VectorSource;
      }
    /** Integers to floating point. */
    | {
        readonly op: 'float-from-integer';
        readonly form: FloatForm;
        readonly to: Vector;
        readonly from: VectorSource | Register;
      }
    /** Floating point to integers, in an XMM register for packed forms. */
    | {
        readonly op: 'float-to-integer';
        readonly form: FloatForm;
        readonly truncate: boolean;
        readonly to: Vector | Register;
        readonly from: VectorSource;
      }
    /** Between single and double; the form is that of the source. */
    | {
        readonly op: 'float-convert';
        readonly form: FloatForm;
        readonly to: Vector;
        readonly from: VectorSource;
      }
    /** An x87 instruction without a memory operand: a function of the soft-float core and its arguments. */
    | { readonly op: 'x87-call'; readonly name: keyof Softfloat; readonly numbers: readonly number[] }
    /** FLD and FILD. */
    | { readonly op: 'x87-load'; readonly format: X87Format; readonly from: Memory }
    /** FST, FSTP, FIST, FISTP. */
    | { readonly op: 'x87-store'; readonly format: X87Format; readonly pops: boolean; readonly to: Memory }
    /** FADD and relatives by their /digit, with FCOM (2) and FCOMP (3), with a memory operand. */
    | {
        readonly op: 'x87-arithmetic';
        readonly digit: number;
        readonly format: X87Format;
        readonly from: Memory;
      }
    /** FCOMI, FCOMIP, FUCOMI, FUCOMIP. */
    | {
        readonly op: 'x87-order';
        readonly register: number;
        readonly quietly: boolean;
        readonly pops: boolean;
      }
    /** FCMOVcc. */
    | { readonly op: 'x87-conditional-move'; readonly condition: number; readonly register: number }
    /** FWAIT. */
    | { readonly op: 'x87-wait' }
    /** FXSAVE and FXRSTOR. */
    | { readonly op: 'x87-save-state'; readonly to: Memory }
    | { readonly op: 'x87-restore-state'; readonly from: Memory }
    | { readonly op: 'x87-load-control'; readonly from: Memory }
    | { readonly op: 'x87-store-word'; readonly word: 'control' | 'status'; readonly to: Place }
    | { readonly op: 'interpret' }
  );

/** An operation without where it comes from. */
export type Bare = Operation extends infer T
  ? T extends Operation
    ? Omit<T, 'insn' | 'flags'>
    : never
  : never;

/** How a block ends. Targets are EIPs. */
export type Terminator =
  /** The next block follows: the block was cut for its length, a page's end or a breakpoint. */
  | { readonly kind: 'fall'; readonly next: number }
  | { readonly kind: 'jump'; readonly target: number; readonly insn: Insn }
  | {
      readonly kind: 'branch';
      /** A condition code, or a test of ECX. */
      readonly when: number | 'ecx-zero' | 'loop' | 'loop-equal' | 'loop-not-equal';
      readonly target: number;
      readonly next: number;
      readonly insn: Insn;
    }
  | { readonly kind: 'call'; readonly target: number; readonly next: number; readonly insn: Insn }
  | { readonly kind: 'indirect-jump'; readonly to: Place; readonly insn: Insn }
  | { readonly kind: 'indirect-call'; readonly to: Place; readonly next: number; readonly insn: Insn }
  | { readonly kind: 'return'; readonly release: number; readonly insn: Insn }
  /** POPF, CLI, STI. */
  | {
      readonly kind: 'flags';
      readonly what: 'pop' | 'clear-interrupts' | 'allow-interrupts';
      readonly next: number;
      readonly insn: Insn;
    }
  /** The interpreter's handler, then on to `next` if nothing else has come up (string instructions, flushes of the TLB). */
  | { readonly kind: 'interpret-on'; readonly next: number; readonly insn: Insn }
  /** To another ring, or to a handler, then out. */
  | {
      readonly kind: 'transfer';
      readonly what: 'software-interrupt' | 'interrupt-return' | 'sysenter' | 'sysexit';
      readonly insn: Insn;
    }
  /** The interpreter's handler, then out. */
  | { readonly kind: 'interpret'; readonly insn: Insn };

/** What an operation may leave in the flags, as bits of a set. See docs/jit.md for how they are kept. */
export const Flags = {
  /** ZF, SF and PF. */
  Result: 1,
  /** OF and AF. */
  Overflow: 2,
  /** CF. */
  Carry: 4,
  All: 7,
} as const;
