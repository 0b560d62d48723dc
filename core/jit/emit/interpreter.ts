/** Calls of the interpreter's handlers from translated code. */
import { EAX, JIT_LEFT } from '../../cpu/state.ts';
import type { Insn } from '../../cpu/decode/insn.ts';
import { Gap } from '../wasm/code.ts';
import { Op } from '../wasm/opcodes.ts';
import { storeBranchPlace } from './branch-records.ts';
import type { FlagWriter } from './flags.ts';
import { type Frame, storeLeft } from './frame.ts';

/** An instruction that a region leaves to the interpreter. */
export interface Site {
  readonly insn: Insn;
  /** EIP of its block. */
  readonly eip: number;
  /** Nothing may follow it in the region. */
  readonly last: boolean;
}

/** What the interpreter's handler may change in the general registers and the flags. */
interface Changes {
  readonly registers: number;
  readonly flags: boolean;
}

const ALL: Changes = { registers: 0xff, flags: true };
const NOTHING: Changes = { registers: 0, flags: false };
const FNSTSW_AX = 0x7e0;

/** Its handler neither looks at XMM registers and MXCSR nor returns with others: x87 instructions. Others may. */
export const keepsVectors = ({ opcode }: Insn) => (opcode & ~7) === 0xd8;

/** x87 instructions change memory and their own registers, but for two kinds of them (SDM vol. 2, appendix A.5). */
function changesOf(insn: Insn): Changes {
  const { opcode, imm, memory } = insn;
  if (!keepsVectors(insn)) return ALL;
  if (memory) return NOTHING;
  if (imm === FNSTSW_AX) return { registers: 1 << EAX, flags: false };
  const digit = (imm >> 3) & 7;
  const comparesToFlags = ((opcode & 7) === 3 || (opcode & 7) === 7) && (digit === 5 || digit === 6);
  return comparesToFlags ? { registers: 0, flags: true } : NOTHING;
}

/**
 * Hands the present instruction over to the imported function `target`. Behind it the region goes on if that says 0 and the
 * site is not the last; `frame.done` counts the instruction.
 */
export function emitInterpret(
  frame: Frame,
  flags: FlagWriter,
  target: number,
  site: number,
  { insn, last }: Site,
): void {
  const { code, locals } = frame;
  frame.spillRegisters();
  frame.spillFlags();
  storeBranchPlace(frame);
  storeLeft(frame);
  code.constOf(Gap.Site, site);
  code.callSymbol(target);
  if (last) code.op(Op.drop);
  else code.if();
  frame.loadState(JIT_LEFT);
  code.op(Op.return);
  if (last) return;
  code.end();
  frame.pages.forget();
  frame.done++;
  frame.loadState(JIT_LEFT);
  code.const(frame.done);
  code.op(Op.i32Add);
  code.set(locals.left);
  const changes = changesOf(insn);
  frame.loadRegisters(changes.registers);
  if (!changes.flags) return;
  frame.loadFlags();
  flags.known = 'nothing';
}
