/**
 * REP MOVS and REP STOS as one copy or fill, where it lies within one page on either side that the TLB gives at full speed and
 * does not overlap forwards. All else is the interpreter's, round by round.
 */
import type { Insn } from '../../cpu/decode/insn.ts';
import { EAX, ECX, EDI, ESI, FS, GS, Flag, MID_REP, SEG_BASE, SYSFLAGS } from '../../cpu/state.ts';
import { SUPERVISOR_READ, SUPERVISOR_WRITE, USER_READ, USER_WRITE } from '../../cpu/paging/tlb.ts';
import { PAGE_SIZE, TLB_BASE } from '../../memory/layout.ts';
import type { Label } from '../wasm/code.ts';
import { Op } from '../wasm/opcodes.ts';
import type { Frame } from './frame.ts';

const MEMORY_COPY = 10;
const MEMORY_FILL = 11;

/** Bytes of an element, for the instructions that have a fast way. */
function elementSize({ opcode, wide }: Insn): number {
  return (opcode & 1) === 0 ? 1 : wide ? 4 : 2;
}

/** Whether there is a fast way at all. STOS of words is rare, and a fill has bytes: dwords are filled by a loop of stores. */
export const isBulk = (insn: Insn): boolean =>
  insn.rep !== 0 &&
  insn.addrMask === -1 &&
  insn.legal &&
  ((insn.opcode & ~1) === 0xa4 || insn.opcode === 0xaa || (insn.opcode === 0xab && insn.wide));

/**
 * Runs the instruction and branches to `done`, or falls through with nothing changed. `left` is taken down by all rounds but
 * the first.
 */
export function emitBulk(frame: Frame, insn: Insn, done: Label): void {
  const { code, mode, locals } = frame;
  const size = elementSize(insn);
  const copies = (insn.opcode & ~1) === 0xa4;
  const slow = code.block();
  const bytes = frame.temporary();
  const to = frame.temporary();
  const from = frame.temporary();
  const entry = frame.temporary();

  /** The address in the machine's memory of a range from a register, if it may be touched as a whole. */
  function range(register: number, segment: number, write: boolean, host: number): void {
    const need = write
      ? mode.user
        ? USER_WRITE
        : SUPERVISOR_WRITE
      : mode.user
        ? USER_READ
        : SUPERVISOR_READ;
    frame.getRegister(register);
    if (segment === FS || segment === GS) {
      frame.loadState(SEG_BASE + segment);
      code.op(Op.i32Add);
    }
    code.tee(host);
    code.const(12);
    code.op(Op.i32ShrU);
    code.const(2);
    code.op(Op.i32Shl);
    code.memory(Op.i32Load, TLB_BASE);
    code.tee(entry);
    code.const(need);
    code.op(Op.i32And, Op.i32Eqz);
    code.branchIf(slow);
    code.get(host);
    code.const(PAGE_SIZE - 1);
    code.op(Op.i32And);
    code.get(bytes);
    code.op(Op.i32Add);
    code.const(PAGE_SIZE);
    code.op(Op.i32GtU);
    code.branchIf(slow);
    code.get(entry);
    code.const(-PAGE_SIZE);
    code.op(Op.i32And);
    code.get(host);
    code.op(Op.i32Add);
    code.set(host);
  }

  // Upwards, a page at most, and no more rounds than may run.
  frame.loadState(SYSFLAGS);
  code.const(Flag.DF);
  code.op(Op.i32And);
  frame.getRegister(ECX);
  code.const(PAGE_SIZE / size);
  code.op(Op.i32GtU, Op.i32Or);
  frame.getRegister(ECX);
  code.get(locals.left);
  code.const(frame.done);
  code.op(Op.i32Sub, Op.i32GtS, Op.i32Or);
  frame.getRegister(ECX);
  code.op(Op.i32Eqz, Op.i32Or);
  code.branchIf(slow);
  frame.getRegister(ECX);
  code.const(Math.log2(size));
  code.op(Op.i32Shl);
  code.set(bytes);
  range(EDI, -1, true, to);
  if (copies) {
    range(ESI, insn.seg, false, from);
    // A destination inside the source repeats what was just written.
    code.get(to);
    code.get(from);
    code.op(Op.i32Sub);
    code.get(bytes);
    code.op(Op.i32LtU);
    code.get(to);
    code.get(from);
    code.op(Op.i32Ne, Op.i32And);
    code.branchIf(slow);
    code.get(to);
    code.get(from);
    code.get(bytes);
    code.bulk(MEMORY_COPY);
    advance(ESI);
  } else if (size === 1) {
    code.get(to);
    frame.getRegister(EAX);
    code.get(bytes);
    code.bulk(MEMORY_FILL);
  } else {
    code.get(to);
    code.get(bytes);
    code.op(Op.i32Add);
    code.set(from);
    const next = code.loop();
    code.get(to);
    frame.getRegister(EAX);
    code.memory(Op.i32Store, 0);
    code.get(to);
    code.const(4);
    code.op(Op.i32Add);
    code.tee(to);
    code.get(from);
    code.op(Op.i32LtU);
    code.branchIf(next);
    code.end();
  }
  advance(EDI);
  code.get(locals.left);
  frame.getRegister(ECX);
  code.const(1);
  code.op(Op.i32Sub, Op.i32Sub);
  code.set(locals.left);
  code.const(0);
  frame.setRegister(ECX);
  frame.storeState(MID_REP, () => {
    code.const(0);
  });
  code.branch(done);
  code.end();
  frame.release(bytes, to, from, entry);

  function advance(register: number): void {
    frame.getRegister(register);
    code.get(bytes);
    code.op(Op.i32Add);
    frame.setRegister(register);
  }
}
