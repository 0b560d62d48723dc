/** What Jcc, LOOP and JECXZ ask for (SDM vol. 2, LOOP and Jcc). */
import { ECX } from '../../cpu/state.ts';
import type { Terminator } from '../ir.ts';
import { Op } from '../wasm/opcodes.ts';
import type { FlagWriter } from './flags.ts';
import type { Frame } from './frame.ts';

const [EQUAL, NOT_EQUAL] = [4, 5];

/** Leaves 0 or 1 on the stack, with ECX counted down for LOOP. */
export function emitBranchCondition(
  frame: Frame,
  flags: FlagWriter,
  when: Extract<Terminator, { kind: 'branch' }>['when'],
): void {
  const { code } = frame;
  if (typeof when === 'number') {
    flags.condition(when);
    return;
  }
  if (when !== 'ecx-zero') {
    frame.getRegister(ECX);
    code.const(-1);
    code.op(Op.i32Add);
    frame.setRegister(ECX);
  }
  frame.getRegister(ECX);
  code.const(0);
  code.op(when === 'ecx-zero' ? Op.i32Eq : Op.i32Ne);
  if (when === 'ecx-zero' || when === 'loop') return;
  flags.condition(when === 'loop-equal' ? EQUAL : NOT_EQUAL);
  code.op(Op.i32And);
}
