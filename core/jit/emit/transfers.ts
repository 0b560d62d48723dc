/**
 * INT n, IRET, SYSENTER and SYSEXIT the short way (`core/cpu/rings`): they end a region, for its mode does, and go on in a translation for
 * the other mode if the processor's loop would have nothing else to do.
 */
import { kindNumber } from '../../cpu/rings/rings.ts';
import { NMI_PENDING } from '../../cpu/interrupts/nmi.ts';
import { Source } from '../../cpu/interrupts/interrupts.ts';
import { ALIGN, CPL, Double, EIP, FLAT, Flag, INTR, SYSFLAGS } from '../../cpu/state.ts';
import type { Terminator } from '../ir.ts';
import { NEEDED_FLAT } from '../mode.ts';
import { Op } from '../wasm/opcodes.ts';
import { recordComputedBranch, storeBranchPlace } from './branch-records.ts';
import type { Frame } from './frame.ts';
import { presentTick } from './time-stamp.ts';

const IF_BIT = Math.log2(Flag.IF);

type Transfer = Extract<Terminator, { kind: 'transfer' }>;

/** Leaves 0 on the stack if nothing has happened. */
function call({ code, ring }: Frame, { what, insn }: Transfer): void {
  code.const(kindNumber(what));
  switch (what) {
    case 'software-interrupt':
      code.const(Source.Software);
      code.const(insn.imm);
      code.const(-1);
      code.callSymbol(ring('deliver'));
      return;
    case 'interrupt-return':
      code.callSymbol(ring('interruptReturn'));
      return;
    default:
      code.callSymbol(ring(what));
  }
}

/** Brings the tick of the processor up to the present instruction: the record has it. */
function storeTime(frame: Frame): void {
  const { code } = frame;
  code.const(0);
  presentTick(frame);
  code.memory(Op.f64Store, Double.Retired * 8);
}

/** Leaves something other than 0 on the stack if translated code may follow: in the modes that `modeNow` knows. */
function canGoOn({ code, loadState }: Frame): void {
  // What TF and RF ask for, an interrupt if IF is set, or an NMI comes first. Of ring + 1, bit 1 is set in rings 1 and 2.
  loadState(SYSFLAGS);
  code.const(Flag.TF | Flag.RF);
  code.op(Op.i32And);
  loadState(SYSFLAGS);
  code.const(IF_BIT);
  code.op(Op.i32ShrU);
  code.const(1);
  code.op(Op.i32And);
  code.const(NMI_PENDING);
  code.op(Op.i32Or);
  loadState(INTR);
  code.op(Op.i32And);
  loadState(ALIGN);
  loadState(CPL);
  code.const(1);
  code.op(Op.i32Add);
  code.const(2);
  code.op(Op.i32And, Op.i32Or, Op.i32Or, Op.i32Or, Op.i32Eqz);
  loadState(FLAT);
  code.const(NEEDED_FLAT);
  code.op(Op.i32And);
  code.const(NEEDED_FLAT);
  code.op(Op.i32Eq, Op.i32And);
}
/**
 * Goes on behind it if nothing has happened. All vectors are in the state.
 * @param next EIP behind the instruction
 * @param chain as for `leaveRegion`
 */
export function emitTransfer(
  frame: Frame,
  transfer: Transfer,
  next: number,
  chain: number | undefined,
): void {
  const { code, locals, done } = frame;
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
  recordComputedBranch(frame, frame.eip, to);
  code.end();
  storeBranchPlace(frame);
  code.get(locals.left);
  code.const(done + 1);
  code.op(Op.i32Sub);
  code.set(locals.left);
  if (chain !== undefined) {
    canGoOn(frame);
    code.if();
    code.get(locals.left);
    code.get(to);
    code.returnCallSymbol(chain);
    code.end();
  }
  code.get(locals.left);
  code.op(Op.return);
  code.end();
  frame.release(to);
}
