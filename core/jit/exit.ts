/**
 * The ways out of a region. Translated code leaves by a number and knows no more: where the machine goes on from there, and what may be
 * learnt from it, stands here.
 */
import type { Block } from '../cpu/decode/code-cache.ts';
import type { Insn } from '../cpu/decode/insn.ts';

export interface Exit {
  /** Where the machine goes on; undefined: the state's EIP says so. */
  readonly eip: number | undefined;
  /** Instructions of the block that have run and are not yet taken from what is left. */
  readonly done: number;
  /** The instruction that goes on, if the TLB does not allow its access. */
  readonly access?: Insn | undefined;
  /** The next translation may fill the TLB for it. */
  readonly fillable?: boolean;
  /** The instruction that goes on, if its access is not in the page of the one before (`emit/pages.ts`). */
  readonly apart?: Insn | undefined;
  /** The instruction that goes on, if its operands or its result in floating point were special (`emit/simd-floats.ts`). */
  readonly special?: Insn | undefined;
  /** The region could do without the soft-float core now: nothing has run. */
  readonly usual?: boolean;
  /** The block whose indirect jump or call has gone to a place that the region does not know. */
  readonly unknown?: Block | undefined;
}

/** Added to the numbers of exits with `unknown`: who goes on from there must be told. */
export const UNKNOWN = 0x1_0000;

/** In place of a number: the region has returned from behind a handler of the interpreter, and all is in place. */
export const RETURNED = -1;
