/** The record of taken branches (`core/cpu/branch-log.ts`), as translated code writes it. */
import { BRANCH_EARLIER, BRANCH_LAP_END, BRANCH_NEXT } from '../../cpu/state.ts';
import { BRANCH_LAP, BRANCHES_BASE } from '../../memory/layout.ts';
import { Op } from '../wasm/opcodes.ts';
import type { Frame } from './frame.ts';

/** Bytes of a record. */
const SIZE = 8;

function advance({ code, locals }: Frame): void {
  code.get(locals.branch);
  code.const(SIZE);
  code.op(Op.i32Add);
  code.set(locals.branch);
}

/** Records a taken branch. */
export function recordBranch(frame: Frame, from: number, to: number): void {
  const { code, locals } = frame;
  code.get(locals.branch);
  code.const64(from, to);
  code.memory(Op.i64Store, BRANCHES_BASE);
  advance(frame);
}

/** The same if a local is 1, not 0: where the next record goes, there may be anything. */
export function recordBranchIf(frame: Frame, from: number, to: number, taken: number): void {
  const { code, locals } = frame;
  code.get(locals.branch);
  code.const64(from, to);
  code.memory(Op.i64Store, BRANCHES_BASE);
  code.get(locals.branch);
  code.get(taken);
  code.const(Math.log2(SIZE));
  code.op(Op.i32Shl, Op.i32Add);
  code.set(locals.branch);
}

/** Records one to the EIP in a local. */
export function recordComputedBranch(frame: Frame, from: number, to: number): void {
  const { code, locals } = frame;
  code.get(locals.branch);
  code.const(from);
  code.memory(Op.i32Store, BRANCHES_BASE);
  code.get(locals.branch);
  code.get(to);
  code.memory(Op.i32Store, BRANCHES_BASE + 4);
  advance(frame);
}

/** Leaves 1 on the stack if the lap is long enough, so that another one has to begin soon. */
export function isLapOver({ code, locals }: Frame): void {
  code.get(locals.branch);
  code.const(BRANCH_LAP);
  code.op(Op.i32GeU);
}

/** Begins a new lap in any case. */
export function turnLap(frame: Frame): void {
  const { code, locals, storeState } = frame;
  countEarlier(frame, () => {
    code.get(locals.branch);
    code.const(Math.log2(SIZE));
    code.op(Op.i32ShrU);
  });
  storeState(BRANCH_LAP_END, () => {
    code.get(locals.branch);
  });
  code.const(0);
  code.set(locals.branch);
}

/** Counts branches that are not in the present lap. @param count leaves how many on the stack */
export function countEarlier({ code, loadState, storeState }: Frame, count: () => void): void {
  storeState(BRANCH_EARLIER, () => {
    loadState(BRANCH_EARLIER);
    count();
    code.op(Op.i32Add);
  });
}

/** Takes over from who has written before. */
export function loadBranchPlace({ code, locals, loadState }: Frame): void {
  loadState(BRANCH_NEXT);
  code.set(locals.branch);
}

/** Tells who writes next where. */
export function storeBranchPlace({ code, locals, storeState }: Frame): void {
  storeState(BRANCH_NEXT, () => {
    code.get(locals.branch);
  });
}
