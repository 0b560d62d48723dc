/** What ends a block: it goes on to others, leaves the region, or hands its last instruction over. */
import type { Terminator } from '../ir.ts';
import { flushesPages, isMemory } from '../lift.ts';
import type { Region, RegionBlock } from '../region.ts';
import { Op } from '../wasm/opcodes.ts';
import { recordBranch, recordComputedBranch } from './branch-records.ts';
import { emitBranchCondition } from './branch-condition.ts';
import { checkHead } from './code-pages.ts';
import { emitAllowInterrupts, emitClearInterrupts, emitPopFlags, interruptWaits } from './flag-image.ts';
import type { Instructions } from './instructions.ts';
import { branchByTable, FEW, perfectHash } from './jump-table.ts';
import { moveStack, peek, push } from './moves.ts';
import { read } from './operands.ts';
import type { OperationContext } from './operation.ts';
import { emitSkip } from './skip.ts';
import { emitString } from './string-forms.ts';
import { emitTransfer } from './transfers.ts';
import type { Turns } from './turns.ts';

export interface TerminatorParts {
  readonly context: OperationContext;
  readonly region: Region;
  readonly instructions: Instructions;
  /** Symbol of the function of `emitChain`, where there are chains. */
  readonly chain: number | undefined;
  /** By the blocks whose branch goes over them: see `passes/skips.ts`. */
  readonly skips: ReadonlyMap<RegionBlock, RegionBlock>;
  /** Blocks that branch to themselves, while they are written. */
  readonly turning: ReadonlyMap<RegionBlock, Turns>;
  /** Goes on at an EIP, when the instructions of a block are done and counted. */
  go(from: RegionBlock, to: number): void;
}

/** @returns what writes the end of a block */
export function createTerminators({
  context,
  region: { at, mode },
  instructions,
  chain,
  skips,
  turning,
  go,
}: TerminatorParts): (block: RegionBlock) => void {
  const { frame, flags, vectors } = context;
  const { pointers } = context.x87;
  const { code, locals } = frame;
  const { reachable, handOver, handOverLast } = instructions;

  /** A string instruction may be left between two rounds. */
  const mayBeShadowed = (block: RegionBlock | undefined) =>
    block !== undefined && (block.operations.length > 0 || block.terminator.kind !== 'interpret-on');

  function record(block: RegionBlock, to: number): void {
    // A branch to the next instruction is none: the interpreter cannot tell it from going on.
    if (to !== ((block.eip + block.source.size) | 0))
      recordBranch(frame, block.eip + block.source.lastStart, to);
  }

  /** Goes to the EIP in a local: to one of the known places, else out. */
  function goComputed(block: RegionBlock, to: number): void {
    const { known } = flags;
    const arrive = (eip: number) => {
      record(block, eip);
      go(block, eip);
      flags.known = known;
    };
    const hash = block.known.length > FEW ? perfectHash(block.known) : undefined;
    if (hash) branchByTable(code, to, hash, arrive);
    else
      for (const eip of block.known) {
        code.get(to);
        code.const(eip);
        code.op(Op.i32Eq);
        code.if();
        arrive(eip);
        code.end();
      }
    // As in `record`.
    code.get(to);
    code.const((block.eip + block.source.size) | 0);
    code.op(Op.i32Ne);
    code.if();
    recordComputedBranch(frame, block.eip + block.source.lastStart, to);
    code.end();
    frame.chainToComputed(to, block.source.indirect ? block.source : undefined);
  }

  /** Counts the block's instructions: what comes next has them behind it. */
  function count(block: RegionBlock): void {
    instructions.endShadow(block);
    code.get(locals.left);
    code.const(block.source.insns.length);
    code.op(Op.i32Sub);
    code.set(locals.left);
    frame.done = 0;
  }

  function terminate(block: RegionBlock): void {
    const { terminator } = block;
    frame.eip = (block.eip + block.source.lastStart) | 0;
    frame.insn = block.source.insns.at(-1);
    switch (terminator.kind) {
      case 'fall':
        count(block);
        go(block, terminator.next);
        return;
      case 'jump':
        count(block);
        record(block, terminator.target);
        go(block, terminator.target);
        return;
      case 'branch': {
        count(block);
        const skipped = skips.get(block);
        if (skipped) {
          emitSkip(frame, flags, block, skipped, terminator, (one) => {
            instructions.emit(one, skipped, false);
          });
          go(block, terminator.target);
          return;
        }
        // Right before the IF: the engine's first compiler makes one instruction of them.
        emitBranchCondition(frame, flags, terminator.when);
        const { known } = flags;
        const turns = turning.get(block);
        code.if();
        // Of a turn there is a record later.
        if (!turns) record(block, terminator.target);
        go(block, terminator.target);
        code.end();
        flags.known = known;
        turns?.leave();
        go(block, terminator.next);
        return;
      }
      case 'call':
        push(frame, () => {
          code.const(terminator.next);
        });
        count(block);
        record(block, terminator.target);
        go(block, terminator.target);
        return;
      case 'indirect-call':
      case 'indirect-jump': {
        if (isMemory(terminator.to) && !reachable(terminator.to)) {
          handOverLast(block, terminator.insn);
          return;
        }
        const to = code.local();
        read(frame, terminator.to, 32);
        code.set(to);
        if (terminator.kind === 'indirect-call')
          push(frame, () => {
            code.const(terminator.next);
          });
        count(block);
        goComputed(block, to);
        return;
      }
      case 'return': {
        const to = code.local();
        peek(frame);
        code.set(to);
        moveStack(frame, 4 + terminator.release);
        count(block);
        goComputed(block, to);
        return;
      }
      case 'flags':
        terminateByFlags(block, terminator);
        return;
      case 'interpret-on': {
        const { insn } = terminator;
        const done = code.block();
        if (reachable(insn)) emitString(frame, flags, insn, done);
        handOver(block, insn, false);
        code.end();
        flags.known = 'nothing';
        // Either way has taken its own rounds from what is left.
        count(block);
        const target = at.get(terminator.next);
        if (target && flushesPages(insn)) checkHead(frame, target);
        go(block, terminator.next);
        return;
      }
      case 'transfer':
        vectors.spillAll();
        pointers.spill();
        instructions.endShadow(block);
        emitTransfer(frame, terminator, (block.eip + block.source.size) | 0, chain);
        handOver(block, terminator.insn, true);
        return;
      case 'interpret':
        handOverLast(block, terminator.insn);
        return;
    }
  }
  /** POPF, and what ring 0 does to IF; elsewhere that is the interpreter's. */
  function terminateByFlags(block: RegionBlock, terminator: Extract<Terminator, { kind: 'flags' }>): void {
    const { what, next, insn } = terminator;
    if (what !== 'pop' && mode.user) {
      handOverLast(block, insn);
      return;
    }
    if (what === 'pop') emitPopFlags(frame, flags);
    else if (what === 'clear-interrupts') emitClearInterrupts(frame);
    count(block);
    if (what === 'pop') leaveForInterrupt(next);
    if (what === 'allow-interrupts')
      emitAllowInterrupts(frame, () => {
        if (mayBeShadowed(at.get(next))) leaveForInterrupt(next);
        else frame.leaveTo(next);
      });
    go(block, next);
  }
  function leaveForInterrupt(next: number): void {
    interruptWaits(frame);
    code.if();
    frame.leaveTo(next);
    code.end();
  }
  return terminate;
}
