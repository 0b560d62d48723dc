/**
 * A block that branches to itself, and runs no handler of the interpreter. Where a loop of a few instructions is left, and that is seldom, stands what it would otherwise do at
 * each turn:
 *
 * - the records of its branches are written, as many as turns have gone by; of many only the last few thousand are kept anyway;
 * - the registers that it changes are put back into the state;
 * - the flags of the turn before, which are made again at the head of each (the engine moves that to the ways out), become those from before
 *   the loop if there was no such turn.
 */
import { BRANCH_RECORDS } from '../../memory/layout.ts';
import { Flags, type Operation } from '../ir.ts';
import type { Structure } from '../passes/structure.ts';
import { type Expression, findTurnFlags } from '../passes/turn-flags.ts';
import type { RegionBlock } from '../region.ts';
import type { Label } from '../wasm/code.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import { countEarlier, isLapOver, recordBranch, turnLap } from './branch-records.ts';
import type { Frame } from './frame.ts';

export interface Turns {
  /** A turn begins. */
  begin(): void;
  /** What follows is the operation with this number, or the terminator. */
  at(operation: number): void;
  /** The block goes on elsewhere: what follows leaves the region as ever. */
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

/** The locals that are set when the loop is entered: one set does for all loops of a region, for they do not turn inside of each other. */
export interface TurnLocals {
  /** `left` then. */
  readonly left: number;
  readonly turns: number;
  /** The locals of flags, and those that keep what they were. */
  readonly flags: ReadonlyMap<number, number>;
}

export function createTurnLocals({ code, locals }: Frame): TurnLocals {
  const { result, adjust, x, y, shift, carryX, carryY } = locals;
  const kept = [result, adjust, x, y, shift, carryX, carryY];
  return {
    left: code.local(),
    turns: code.local(),
    flags: new Map(kept.map((local) => [local, code.local()])),
  };
}

/** The locals of a group of flags. */
function localsOf({ locals }: Frame, group: number): readonly number[] {
  const { result, adjust, x, y, shift, carryX, carryY } = locals;
  return group === Flags.Result ? [result, adjust] : group === Flags.Carry ? [carryX, carryY] : [x, y, shift];
}

function emitExpression(frame: Frame, expression: Expression): void {
  const { code } = frame;
  switch (expression.kind) {
    case 'constant':
      code.const(expression.value);
      return;
    case 'register':
      frame.getRegister(expression.register);
      return;
    default:
      emitExpression(frame, expression.a);
      emitExpression(frame, expression.b);
      code.op(expression.kind === 'add' ? Op.i32Add : expression.kind === 'sub' ? Op.i32Sub : Op.i32And);
  }
}

/** @param inner writes the loop that the block heads */
export function withTurns(
  frame: Frame,
  block: RegionBlock,
  own: TurnLocals,
  inner: (turns: Turns) => void,
): void {
  const { code, locals } = frame;
  const { eip, source } = block;
  const turnFlags = findTurnFlags(block);
  const sources = turnFlags?.sources ?? new Map<number, never>();

  /** @param last whether the turn that has been counted has not branched */
  function writeRecords(last: boolean): void {
    const { turns } = own;
    code.get(own.left);
    code.get(locals.left);
    code.op(Op.i32Sub);
    code.const(source.insns.length);
    code.op(Op.i32DivU);
    if (last) {
      code.const(1);
      code.op(Op.i32Sub);
    }
    code.tee(turns);
    code.const(BRANCH_RECORDS);
    code.op(Op.i32GtU);
    code.if();
    countEarlier(frame, () => {
      code.get(turns);
      code.const(BRANCH_RECORDS);
      code.op(Op.i32Sub);
    });
    code.const(BRANCH_RECORDS);
    code.set(turns);
    code.end();
    isLapOver(frame);
    code.if();
    turnLap(frame);
    code.end();
    const done = code.block();
    const again = code.loop();
    code.get(turns);
    code.op(Op.i32Eqz);
    code.branchIf(done);
    recordBranch(frame, eip + source.lastStart, eip);
    code.get(turns);
    code.const(1);
    code.op(Op.i32Sub);
    code.set(turns);
    code.branch(again);
    code.end();
    code.end();
  }

  for (const group of sources.keys())
    for (const local of localsOf(frame, group)) {
      code.get(local);
      code.set(own.flags.get(local)!);
    }
  code.get(locals.left);
  code.set(own.left);

  // The ways out go to one label for each number of groups that are replaced by then, for all that is not is to be mended.
  const out = code.block(Type.i32);
  const before = frame.exitBy(out);
  const toMend = (operation: number) =>
    [...sources.keys()].filter((group) => ((turnFlags?.replaced[operation] ?? 0) & group) === 0);
  const steps: { readonly label: Label; readonly groups: readonly number[] }[] = [];
  for (let n = block.operations.length; n >= 0; n--) {
    const groups = toMend(n);
    if (groups.length > (steps.at(-1)?.groups.length ?? 0))
      steps.push({ label: code.block(Type.i32), groups });
  }
  frame.defersSpills = true;
  let changed = 0;
  inner({
    begin() {
      for (const [group, { result, x, y }] of sources) {
        const values: readonly Expression[] =
          group === Flags.Result
            ? [result, { kind: 'constant', value: 0 }]
            : [x, y, { kind: 'constant', value: 0 }];
        for (const [n, local] of localsOf(frame, group).entries()) {
          emitExpression(frame, values[n]!);
          code.set(local);
        }
      }
    },
    at(operation) {
      const count = toMend(operation).length;
      frame.exitBy(steps.find(({ groups }) => groups.length === count)?.label ?? out);
    },
    leave() {
      changed = ~frame.clean;
      frame.defersSpills = false;
      frame.exitBy(before);
      writeRecords(true);
    },
  });
  code.op(Op.unreachable);
  for (let n = steps.length - 1; n >= 0; n--) {
    const mended = n === 0 ? [] : steps[n - 1]!.groups;
    code.end();
    for (const group of steps[n]!.groups) if (!mended.includes(group)) mend(group);
  }
  code.end();
  code.set(locals.exit);
  writeRecords(false);
  frame.clean = ~changed;
  frame.spillRegisters();
  code.get(locals.exit);
  code.branch(before);

  /** Before the end of the first turn the flags are those from before the loop. */
  function mend(group: number): void {
    for (const local of localsOf(frame, group)) {
      code.get(local);
      code.get(own.flags.get(local)!);
      code.get(locals.left);
      code.get(own.left);
      code.op(Op.i32Ne, Op.select);
      code.set(local);
    }
  }
}
