/** Branches over what only computes (`passes/skips.ts`), without a branch. */
import type { Operation, Terminator } from '../ir.ts';
import { writtenBy } from '../passes/written-registers.ts';
import type { RegionBlock } from '../region.ts';
import { Op } from '../wasm/opcodes.ts';
import { recordBranchIf } from './branch-records.ts';
import { emitBranchCondition } from './branch-condition.ts';
import type { FlagWriter } from './flags.ts';
import type { Frame } from './frame.ts';

/** Behind the branching block's own instructions, which are counted. @param operation writes one of those that the branch skips */
export function emitSkip(
  frame: Frame,
  flags: FlagWriter,
  block: RegionBlock,
  skipped: RegionBlock,
  { when, target }: Extract<Terminator, { kind: 'branch' }>,
  operation: (one: Operation) => void,
): void {
  const { code, locals } = frame;
  const branches = frame.temporary();
  emitBranchCondition(frame, flags, when);
  code.set(branches);
  const { known } = flags;
  recordBranchIf(frame, block.eip + block.source.lastStart, target, branches);
  // All of the skipped instructions have run, or none.
  code.get(locals.left);
  code.get(branches);
  code.const(1);
  code.op(Op.i32Sub);
  code.const(skipped.source.insns.length);
  code.op(Op.i32And, Op.i32Sub);
  code.set(locals.left);
  const written = skipped.operations.reduce((mask, one) => mask | writtenBy(one), 0);
  const kept: { readonly register: number; readonly local: number }[] = [];
  for (const register of locals.registers.keys()) {
    if ((written & (1 << register)) === 0) continue;
    const local = frame.temporary();
    frame.getRegister(register);
    code.set(local);
    kept.push({ register, local });
  }
  skipped.operations.forEach(operation);
  for (const { register, local } of kept) {
    code.get(local);
    frame.getRegister(register);
    code.get(branches);
    code.op(Op.select);
    frame.setRegister(register);
    frame.release(local);
  }
  frame.release(branches);
  frame.done = 0;
  flags.known = known;
}
