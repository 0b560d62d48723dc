/** Selectors in and out of the segment registers (SDM vol. 2, MOV, PUSH, POP). */
import { Loaded } from '../../cpu/rings/rings.ts';
import { ESP, FS, GS, SEG_SEL } from '../../cpu/state.ts';
import type { Operation } from '../ir.ts';
import { isMemory } from '../lift.ts';
import { dependsOn } from '../mode.ts';
import { Op } from '../wasm/opcodes.ts';
import type { Frame } from './frame.ts';
import { locate, storeHost } from './memory.ts';
import { moveStack, stackAt } from './moves.ts';
import { read, setPart } from './operands.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

export function emitStoreSegment(frame: Frame, { seg, to, width }: Named<'store-segment'>): void {
  const { code } = frame;
  if (to !== 'stack' && !isMemory(to)) {
    const selector = frame.temporary();
    frame.loadState(SEG_SEL + seg);
    code.set(selector);
    setPart(frame, to, width, selector);
    frame.release(selector);
    return;
  }
  // Processors write 16 bits of a stack slot and leave its upper half alone.
  const offset = locate(frame, to === 'stack' ? stackAt(ESP, -4) : to, 2, true);
  frame.loadState(SEG_SEL + seg);
  storeHost(frame, 16, offset);
  if (to === 'stack') moveStack(frame, -4);
}

/**
 * Leaves before the instruction if it is not plain that it does not fault. FS and GS may be another mode behind it, with a translation of its
 * own; a segment that has stopped being flat is for the interpreter.
 */
export function emitLoadSegment(frame: Frame, { insn, seg, from }: Named<'load-segment'>): void {
  const { code } = frame;
  const loaded = frame.temporary();
  code.const(seg);
  read(frame, from === 'stack' ? stackAt(ESP, 0) : from, 16);
  code.callSymbol(frame.ring('loadSegment'));
  code.tee(loaded);
  code.op(Op.i32Eqz);
  code.if();
  frame.leaveHere();
  code.end();
  if (from === 'stack') moveStack(frame, 4);
  if (dependsOn(frame.mode, seg)) {
    code.get(loaded);
    code.const(Loaded.Otherwise);
    code.op(Op.i32Eq);
    code.if();
    if (seg === FS || seg === GS) frame.chainBehind(insn.end - insn.start);
    else frame.leaveBehind(insn.end - insn.start);
    code.end();
  }
  frame.release(loaded);
}

/** A word of the state, as it is: control registers. */
export function emitReadState(frame: Frame, { to, word }: Named<'read-state'>): void {
  frame.loadState(word);
  frame.setRegister(to.register);
}
