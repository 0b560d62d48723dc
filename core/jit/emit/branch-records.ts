/** The record of taken branches (`BRANCHES_BASE` in `core/memory/layout.ts`), as translated code writes it. */
import { BRANCH_COUNT } from '../../cpu/state.ts';
import { BRANCH_RECORDS, BRANCHES_BASE } from '../../memory/layout.ts';
import { Op } from '../wasm/opcodes.ts';
import type { Frame } from './frame.ts';

/** Bytes of a record. */
const SIZE = 8;
/** Those of the ring, as a mask of what `branch` counts. */
const RING_MASK = (BRANCH_RECORDS - 1) * SIZE;

/** Leaves the place of the next record on the stack. */
function place({ code, locals }: Frame): void {
  code.get(locals.branch);
  code.const(RING_MASK);
  code.op(Op.i32And);
}

function advance({ code, locals }: Frame): void {
  code.get(locals.branch);
  code.const(SIZE);
  code.op(Op.i32Add);
  code.set(locals.branch);
}

/** Records a taken branch. */
export function recordBranch(frame: Frame, from: number, to: number): void {
  const { code } = frame;
  place(frame);
  code.const64(from, to);
  code.memory(Op.i64Store, BRANCHES_BASE);
  advance(frame);
}

/** The same if a local is 1, not 0: of the place for the next record the old one stays then. */
export function recordBranchIf(frame: Frame, from: number, to: number, taken: number): void {
  const { code, locals } = frame;
  const at = frame.temporary();
  place(frame);
  code.tee(at);
  code.const64(from, to);
  code.get(at);
  code.memory(Op.i64Load, BRANCHES_BASE);
  code.get(taken);
  code.op(Op.select);
  code.memory(Op.i64Store, BRANCHES_BASE);
  frame.release(at);
  code.get(locals.branch);
  code.get(taken);
  code.const(Math.log2(SIZE));
  code.op(Op.i32Shl, Op.i32Add);
  code.set(locals.branch);
}

/** Records one to the EIP in a local. */
export function recordComputedBranch(frame: Frame, from: number, to: number): void {
  const { code } = frame;
  place(frame);
  code.const(from);
  code.memory(Op.i32Store, BRANCHES_BASE);
  place(frame);
  code.get(to);
  code.memory(Op.i32Store, BRANCHES_BASE + 4);
  advance(frame);
}

/** Tells the state how many branches there were. Its count has 32 bits; `branch` is its lower 29. */
export function storeBranchCount({ code, locals, loadState, storeState }: Frame): void {
  storeState(BRANCH_COUNT, () => {
    loadState(BRANCH_COUNT);
    code.get(locals.branch);
    loadState(BRANCH_COUNT);
    code.const(Math.log2(SIZE));
    code.op(Op.i32Shl, Op.i32Sub);
    code.const(Math.log2(SIZE));
    code.op(Op.i32ShrU, Op.i32Add);
  });
}
