/** EFLAGS as one word: PUSHF, POPF, LAHF, SAHF, CLI, STI (SDM vol. 2). In a region TF, RF and VM are 0. */
import { EAX, Flag, INTR, SHADOW, SYSFLAGS } from '../../cpu/state.ts';
import { Op } from '../wasm/opcodes.ts';
import type { FlagWriter } from './flags.ts';
import { auxiliaryBit, overflowWord, setOverflow } from './flag-words.ts';
import type { Frame } from './frame.ts';
import { moveStack, peek, push } from './moves.ts';
import { getPart, setPart } from './operands.ts';

const AH = { kind: 'register', register: EAX, high: true } as const;

/** Condition codes (SDM vol. 1, appendix B) with the bit that each flag has in EFLAGS; AF has no condition. */
const LOW_FLAGS = [
  [2, 0],
  [10, 2],
  [4, 6],
  [8, 7],
] as const;
const OVERFLOW = [0, 11] as const;

/** What POPF may change without anything else: DF in any ring, and IF in ring 0. */
const CHANGED_PLAINLY = Flag.DF | Flag.IF;
/** The bits of SYSFLAGS that a popped image may have. */
const SYSTEM_BITS = Flag.TF | Flag.IF | Flag.DF | Flag.IOPL | Flag.NT | Flag.AC | Flag.ID;

/** Leaves CF, PF, AF, ZF and SF on the stack, and bit 1, which is always set. */
function lowFlags({ code, locals }: Frame, flags: FlagWriter): void {
  auxiliaryBit(code, locals);
  code.const(1);
  code.op(Op.i32Shl);
  code.const(2);
  code.op(Op.i32Or);
  for (const flag of LOW_FLAGS) orFlag(flag);

  function orFlag([condition, bit]: readonly [number, number]): void {
    flags.condition(condition);
    code.const(bit);
    code.op(Op.i32Shl, Op.i32Or);
  }
}

/** Takes CF, PF, AF, ZF and SF from an image, and OF from bit 31 of what `overflow` leaves. */
function setFlags(frame: Frame, flags: FlagWriter, image: number, overflow: () => void): void {
  const { code, locals } = frame;
  const field = (shift: number, mask: number) => {
    code.get(image);
    code.const(shift);
    code.op(Op.i32ShrU);
    code.const(mask);
    code.op(Op.i32And);
  };
  setOverflow(frame, overflow);
  // AF is the borrow from bit 4 of x - y, whose lowest bits are 0 and those of 8.
  code.get(locals.y);
  field(1, 8);
  code.op(Op.i32Or);
  code.set(locals.y);
  // A result of 0 or 1; ADJ turns its parity over where PF disagrees, and has SF.
  field(6, 1);
  code.op(Op.i32Eqz);
  code.set(locals.result);
  field(2, 1);
  field(6, 1);
  code.op(Op.i32Xor);
  field(7, 1);
  code.const(31);
  code.op(Op.i32Shl, Op.i32Or);
  code.set(locals.adjust);
  field(0, 1);
  flags.carry();
  flags.known = 'nothing';
}

export function emitPushFlags(frame: Frame, flags: FlagWriter): void {
  const { code } = frame;
  const image = frame.temporary();
  lowFlags(frame, flags);
  flags.condition(OVERFLOW[0]);
  code.const(OVERFLOW[1]);
  code.op(Op.i32Shl, Op.i32Or);
  frame.loadState(SYSFLAGS);
  code.op(Op.i32Or);
  code.set(image);
  push(frame, () => {
    code.get(image);
  });
  frame.release(image);
}

export function emitFlagsToAh(frame: Frame, flags: FlagWriter): void {
  const image = frame.temporary();
  lowFlags(frame, flags);
  frame.code.set(image);
  setPart(frame, AH, 8, image);
  frame.release(image);
}

export function emitFlagsFromAh(frame: Frame, flags: FlagWriter): void {
  const { code, locals } = frame;
  const image = frame.temporary();
  getPart(frame, AH, 8);
  code.set(image);
  setFlags(frame, flags, image, () => {
    overflowWord(code, locals);
  });
  frame.release(image);
}

/** POPF, unless it would change more than the arithmetic flags, DF, and IF in ring 0: then the region is left before it. */
export function emitPopFlags(frame: Frame, flags: FlagWriter): void {
  const { code, mode } = frame;
  const image = frame.temporary();
  const may = mode.user ? Flag.DF : CHANGED_PLAINLY;
  peek(frame);
  code.tee(image);
  frame.loadState(SYSFLAGS);
  code.op(Op.i32Xor);
  code.const(SYSTEM_BITS & ~may);
  code.op(Op.i32And);
  code.if();
  frame.leaveHere();
  code.end();
  moveStack(frame, 4);
  frame.storeState(SYSFLAGS, () => {
    frame.loadState(SYSFLAGS);
    code.const(~may);
    code.op(Op.i32And);
    code.get(image);
    code.const(may);
    code.op(Op.i32And, Op.i32Or);
  });
  setFlags(frame, flags, image, () => {
    code.get(image);
    code.const(31 - OVERFLOW[1]);
    code.op(Op.i32Shl);
  });
  frame.release(image);
}

export function emitClearInterrupts({ code, loadState, storeState }: Frame): void {
  storeState(SYSFLAGS, () => {
    loadState(SYSFLAGS);
    code.const(~Flag.IF);
    code.op(Op.i32And);
  });
}

/** STI in ring 0. `held` is written where IF was clear: interrupts are held back for one instruction. */
export function emitAllowInterrupts({ code, loadState, storeState }: Frame, held: () => void): void {
  loadState(SYSFLAGS);
  code.const(Flag.IF);
  code.op(Op.i32And, Op.i32Eqz);
  code.if();
  storeState(SYSFLAGS, () => {
    loadState(SYSFLAGS);
    code.const(Flag.IF);
    code.op(Op.i32Or);
  });
  storeState(SHADOW, () => {
    code.const(1);
  });
  held();
  code.end();
}

/** Leaves something other than 0 on the stack if an interrupt waits. */
export const interruptWaits = ({ loadState }: Frame): void => {
  loadState(INTR);
};
