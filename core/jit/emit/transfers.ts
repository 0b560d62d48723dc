/** INT n, IRET, SYSENTER and SYSEXIT the short way (`core/cpu/rings`): they end a region, for its mode does. */
import { kindNumber } from '../../cpu/rings/rings.ts';
import { Source } from '../../cpu/interrupts/interrupts.ts';
import { Double, EIP } from '../../cpu/state.ts';
import type { Terminator } from '../ir.ts';
import { Op } from '../wasm/opcodes.ts';
import { type Frame, returnDone } from './frame.ts';

type Transfer = Extract<Terminator, { kind: 'transfer' }>;

/** Leaves 0 on the stack if nothing has happened. */
function call({ code, ring }: Frame, { what, insn }: Transfer): void {
  code.const(kindNumber(what));
  switch (what) {
    case 'software-interrupt':
      code.const(Source.Software);
      code.const(insn.imm);
      code.const(-1);
      code.call(ring('deliver'));
      return;
    case 'interrupt-return':
      code.call(ring('interruptReturn'));
      return;
    default:
      code.call(ring(what));
  }
}

/** Brings the tick of the processor up to the present instruction: the record has it. */
function storeTime({ code, locals, done }: Frame): void {
  code.const(0);
  code.const(0);
  code.memory(Op.f64Load, Double.JitEnd * 8);
  code.get(locals.left);
  code.const(done);
  code.op(Op.i32Sub, Op.f64ConvertI32S, Op.f64Sub);
  code.memory(Op.f64Store, Double.Retired * 8);
}

/** Goes on behind it if nothing has happened. All vectors are in the state. @param next EIP behind the instruction */
export function emitTransfer(frame: Frame, transfer: Transfer, next: number): void {
  const { code } = frame;
  frame.spillRegisters();
  frame.spillFlags();
  frame.storeState(EIP, () => {
    code.const(next);
  });
  storeTime(frame);
  call(frame, transfer);
  code.if();
  const to = frame.temporary();
  frame.loadState(EIP);
  code.tee(to);
  code.const(next);
  code.op(Op.i32Ne);
  code.if();
  frame.recordComputedBranch(frame.eip, to);
  code.end();
  frame.storeBranchCount();
  returnDone(frame);
  code.end();
  frame.release(to);
}
