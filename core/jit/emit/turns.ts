/**
 * The records of a block that branches to itself: counted while it turns, and written when it is left. A loop of a few instructions would
 * spend as much on its records as on itself; of many turns only the last few thousand are kept anyway.
 */
import { BRANCH_RECORDS } from '../../memory/layout.ts';
import type { Operation } from '../ir.ts';
import type { Structure } from '../passes/structure.ts';
import type { RegionBlock } from '../region.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import type { Frame } from './frame.ts';

export interface Turns {
  /** It branches to itself. */
  count(): void;
  /** It goes on elsewhere: what follows leaves the region as ever. */
  leave(): void;
}

/**
 * A load of FS or GS may go on in another region at once, past what is written here.
 * @param isTranslated no handler of the interpreter looks at the records meanwhile
 */
export const turnsAlone = (
  block: RegionBlock,
  structure: Structure,
  isTranslated: (operation: Operation) => boolean,
): boolean =>
  block.terminator.kind === 'branch' &&
  block.terminator.target === block.eip &&
  structure.edge(block, block.eip) === 'back' &&
  block.operations.every((operation) => isTranslated(operation) && operation.op !== 'load-segment');

/** @param inner writes the loop that the block heads */
export function withTurns(frame: Frame, { eip, source }: RegionBlock, inner: (turns: Turns) => void): void {
  const { code, locals } = frame;
  const turns = code.local();
  function write(): void {
    code.get(turns);
    code.const(BRANCH_RECORDS);
    code.op(Op.i32GtU);
    code.if();
    code.get(locals.branch);
    code.get(turns);
    code.const(BRANCH_RECORDS);
    code.op(Op.i32Sub);
    // `branch` counts bytes.
    code.const(3);
    code.op(Op.i32Shl, Op.i32Add);
    code.set(locals.branch);
    code.const(BRANCH_RECORDS);
    code.set(turns);
    code.end();
    const done = code.block();
    const again = code.loop();
    code.get(turns);
    code.op(Op.i32Eqz);
    code.branchIf(done);
    frame.recordBranch(eip + source.lastStart, eip);
    code.get(turns);
    code.const(1);
    code.op(Op.i32Sub);
    code.set(turns);
    code.branch(again);
    code.end();
    code.end();
  }
  const out = code.block(Type.i32);
  const before = frame.exitBy(out);
  inner({
    count() {
      code.get(turns);
      code.const(1);
      code.op(Op.i32Add);
      code.set(turns);
    },
    leave() {
      write();
      frame.exitBy(before);
    },
  });
  code.op(Op.unreachable);
  code.end();
  code.set(locals.exit);
  write();
  code.get(locals.exit);
  code.branch(before);
}
