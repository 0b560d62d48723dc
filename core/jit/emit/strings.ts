/**
 * REP MOVS and REP STOS as copies and fills, each within one page on either side that the TLB gives at full speed and without overlapping
 * forwards. All else is the interpreter's, round by round.
 */
import type { Insn } from '../../cpu/decode/insn.ts';
import { EAX, ECX, EDI, ESI, FS, GS, Flag, MID_REP, SEG_BASE, SYSFLAGS } from '../../cpu/state.ts';
import { SUPERVISOR_READ, SUPERVISOR_WRITE, USER_READ, USER_WRITE } from '../../cpu/paging/tlb.ts';
import { PAGE_SIZE, TLB_BASE } from '../../memory/layout.ts';
import type { Label } from '../wasm/code.ts';
import { Op } from '../wasm/opcodes.ts';
import { Simd } from '../wasm/simd-opcodes.ts';
import type { Frame } from './frame.ts';

const MEMORY_COPY = 10;
const MEMORY_FILL = 11;

/** Bytes of an element, for the instructions that have a fast way. */
export function elementSize({ opcode, wide }: Insn): number {
  return (opcode & 1) === 0 ? 1 : wide ? 4 : 2;
}

/** Whether there is a fast way at all. STOS of words is rare, and a fill has bytes: dwords are filled by a loop of stores. */
export const isBulk = (insn: Insn): boolean =>
  insn.rep !== 0 &&
  insn.addrMask === -1 &&
  insn.legal &&
  ((insn.opcode & ~1) === 0xa4 || insn.opcode === 0xaa || (insn.opcode === 0xab && insn.wide));

/** What string instructions do page by page. */
export interface Ranges {
  /** How many rounds are done at once, and their bytes. */
  readonly rounds: number;
  readonly bytes: number;
  /** Goes `slow` unless the direction is upwards. */
  requireUpwards(): void;
  /**
   * Into the local `host`: the address in the machine's memory of what a register points to. `rounds` is no more than what fits into its
   * page then.
   * @param fills if the TLB does not know the page, it is looked up: nothing else of the instruction may come before this access
   */
  range(register: number, segment: number, write: boolean, host: number, fills?: boolean): void;
  /** Goes `slow` if not a single element fits. */
  requireRound(): void;
  /** Adds `bytes` to a register. */
  advance(register: number): void;
  release(): void;
}

export function createRanges(frame: Frame, shift: number, slow: Label): Ranges {
  const { code, mode } = frame;
  const rounds = frame.temporary();
  const bytes = frame.temporary();
  const entry = frame.temporary();
  const rights = mode.user ? [USER_READ, USER_WRITE] : [SUPERVISOR_READ, SUPERVISOR_WRITE];
  return {
    rounds,
    bytes,
    requireUpwards() {
      frame.loadState(SYSFLAGS);
      code.const(Flag.DF);
      code.op(Op.i32And);
      code.branchIf(slow);
    },
    requireRound() {
      code.get(rounds);
      code.op(Op.i32Eqz);
      code.branchIf(slow);
    },
    range(register, segment, write, host, fills = false) {
      const right = rights[write ? 1 : 0]!;
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
      code.const(right);
      code.op(Op.i32And, Op.i32Eqz);
      if (fills) {
        code.if();
        code.get(host);
        code.const(right);
        code.callSymbol(frame.service('refillString'));
        code.tee(entry);
        code.op(Op.i32Eqz);
        code.branchIf(slow);
        code.end();
      } else code.branchIf(slow);
      code.get(rounds);
      code.const(PAGE_SIZE);
      code.get(host);
      code.const(PAGE_SIZE - 1);
      code.op(Op.i32And, Op.i32Sub);
      code.const(shift);
      code.op(Op.i32ShrU);
      code.tee(bytes);
      code.get(rounds);
      code.get(bytes);
      code.op(Op.i32LtU, Op.select);
      code.set(rounds);
      code.get(entry);
      code.const(-PAGE_SIZE);
      code.op(Op.i32And);
      code.get(host);
      code.op(Op.i32Add);
      code.set(host);
    },
    advance(register) {
      frame.getRegister(register);
      code.get(bytes);
      code.op(Op.i32Add);
      frame.setRegister(register);
    },
    release() {
      frame.release(rounds, bytes, entry);
    },
  };
}

/** Elements that are done, in a local: ECX has no longer to count them, and they are instructions that have run. */
export function countRounds({ code, locals, getRegister, setRegister }: Frame, rounds: number): void {
  code.get(locals.left);
  code.get(rounds);
  code.op(Op.i32Sub);
  code.set(locals.left);
  getRegister(ECX);
  code.get(rounds);
  code.op(Op.i32Sub);
  setRegister(ECX);
}

/** Branches to `done` behind the last of the rounds, which `countRounds` has counted: that one is the instruction itself. */
export function endRounds(frame: Frame, done: Label): void {
  const { code, locals } = frame;
  code.get(locals.left);
  code.const(1);
  code.op(Op.i32Add);
  code.set(locals.left);
  endRepetition(frame, done);
}

/** Branches to `done`: no repetition is under way any more. */
function endRepetition(frame: Frame, done: Label): void {
  frame.storeState(MID_REP, () => {
    frame.code.const(0);
  });
  frame.code.branch(done);
}

/** Branches to `done` if there is no round to do: what a kernel's copies of dwords have left for MOVSB, mostly. */
export function skipEmpty(frame: Frame, done: Label): void {
  const { code } = frame;
  frame.getRegister(ECX);
  code.op(Op.i32Eqz);
  code.if();
  endRepetition(frame, done);
  code.end();
}

/**
 * Runs the instruction, which has rounds to do, page by page and branches to `done` when all rounds are over. Falls through where the handler must go on: what has
 * been done until then is in the registers and taken from `left`, for all rounds but the last one of the instruction.
 */
export function emitBulk(frame: Frame, insn: Insn, done: Label): void {
  const { code, locals } = frame;
  const size = elementSize(insn);
  const shift = Math.log2(size);
  const copies = (insn.opcode & ~1) === 0xa4;
  const slow = code.block();
  const ranges = createRanges(frame, shift, slow);
  const { rounds, bytes, range, requireRound, advance } = ranges;
  const to = frame.temporary();
  const from = frame.temporary();

  ranges.requireUpwards();
  const again = code.loop();
  frame.getRegister(ECX);
  code.set(rounds);
  // What is read is looked at first, and an element across pages is the handler's.
  if (copies) {
    range(ESI, insn.seg, false, from, true);
    requireRound();
  }
  range(EDI, -1, true, to, true);
  requireRound();
  // So is what does not end before its time is over.
  code.get(rounds);
  code.get(rounds);
  frame.getRegister(ECX);
  code.op(Op.i32Ne, Op.i32Add);
  code.get(locals.left);
  code.const(frame.done);
  code.op(Op.i32Sub, Op.i32GtS);
  code.branchIf(slow);
  code.get(rounds);
  code.const(shift);
  code.op(Op.i32Shl);
  code.set(bytes);
  if (copies) {
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
  } else fillDwords(frame, to, from, bytes);
  advance(EDI);
  countRounds(frame, rounds);
  frame.getRegister(ECX);
  code.branchIf(again);
  code.end();
  endRounds(frame, done);
  code.end();
  frame.release(to, from);
  ranges.release();
}

/** Fills from `to` on, sixteen bytes at a time as long as there are so many. @param at a local for its use */
function fillDwords(frame: Frame, to: number, at: number, bytes: number): void {
  const { code } = frame;
  const store = (step: number, value: () => void) => {
    const end = code.block();
    const next = code.loop();
    code.get(to);
    code.get(bytes);
    code.op(Op.i32Add);
    code.get(at);
    code.op(Op.i32Sub);
    code.const(step);
    code.op(Op.i32LtU);
    code.branchIf(end);
    code.get(at);
    value();
    code.get(at);
    code.const(step);
    code.op(Op.i32Add);
    code.set(at);
    code.branch(next);
    code.end();
    code.end();
  };
  code.get(to);
  code.set(at);
  store(16, () => {
    frame.getRegister(EAX);
    code.simd(Simd.i32x4Splat);
    code.simdMemory(Simd.store, 0);
  });
  store(4, () => {
    frame.getRegister(EAX);
    code.memory(Op.i32Store, 0);
  });
}
