/** From a region to a WebAssembly function: enter, the blocks in their structure, leave. */
import { CS, FS, GS } from '../../cpu/state.ts';
import type { Exit } from '../exit.ts';
import type { Memory, Operation, Terminator } from '../ir.ts';
import { flushesPages, isMemory } from '../lift.ts';
import type { Budget } from '../passes/budget.ts';
import { findCalmBlocks } from '../passes/calm-loops.ts';
import { findSkips } from '../passes/skips.ts';
import type { Structure } from '../passes/structure.ts';
import { type Region, type RegionBlock, targetsOf } from '../region.ts';
import { Code, type Label } from '../wasm/code.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import { emitAllowInterrupts, emitClearInterrupts, emitPopFlags, interruptWaits } from './flag-image.ts';
import { emitBranchCondition } from './branch-condition.ts';
import { checkHead, checkTail } from './code-pages.ts';
import { createFlagWriter } from './flags.ts';
import { enterRegion, leaveRegion } from './edges.ts';
import { ALL_REGISTERS, createFrame, type ImportRing, type ImportService } from './frame.ts';
import { emitInterpret, keepsVectors, type Site } from './interpreter.ts';
import { moveStack, peek, push } from './moves.ts';
import { read } from './operands.ts';
import { emitOperation, memoryOf, type OperationContext, type Translated } from './operation.ts';
import { emitTransfer } from './transfers.ts';
import type { X87 } from './x87.ts';
import { createX87Locals } from './x87-locals.ts';
import { createX87Pointers } from './x87-pointers.ts';
import { createVectors, type ImportSoftfloat } from './vectors.ts';
import { pushedByHandler } from '../passes/x87-stack.ts';
import { branchByTable, FEW, perfectHash } from './jump-table.ts';
import type { Snapshot } from './pages.ts';
import { emitSkip } from './skip.ts';
import { emitString } from './string-forms.ts';
import { createTurnLocals, type TurnLocals, type Turns, turnsAlone, withTurns } from './turns.ts';

export interface RegionImports {
  /** Index of the function that runs the interpreter's handler for a site. */
  readonly interpret: number;
  /** Registers a site and returns its number. */
  addSite(site: Site): number;
  /** Index of a function of the soft-float core. */
  readonly softfloat: ImportSoftfloat;
  /** Index of a service, or of what goes between rings. */
  readonly service: ImportService;
  readonly ring: ImportRing;
  /** Index of the function of `emitChain`, where there are chains. */
  readonly chain: number | undefined;
}

/** A function from the instructions that may run to those that are left. @param place it gets among the translations */
export function emitRegion(
  region: Region,
  structure: Structure,
  budget: Budget,
  place: number,
  { interpret, addSite, softfloat, service, ring, chain }: RegionImports,
): { readonly code: Code; readonly exits: readonly Exit[] } {
  const { mode, at, blocks } = region;
  const code = new Code(1);
  const ways = { exit: code.block(Type.i32), chain: code.block(Type.i32) };
  const frame = createFrame(code, region, ways, service, ring);
  const flags = createFlagWriter(frame);
  const { locals } = frame;
  const vectors = createVectors(frame, region, softfloat);
  const pointers = createX87Pointers(frame, region);
  const x87: X87 = { frame, pointers, importSoftfloat: softfloat };
  const x87Locals = pointers.registers && createX87Locals(x87, pointers.registers, flags);
  const context: OperationContext = { frame, flags, vectors, x87, x87Locals };
  /** Where blocks begin that are branched to. */
  const labels = new Map<RegionBlock, Label>();
  const calm = findCalmBlocks(region, structure);
  const skips = findSkips(region, structure);
  /** Blocks that branch to themselves, and where other ones branch back to them. */
  const turning = new Map<RegionBlock, Turns>();
  const around = new Map<RegionBlock, Label>();
  let turnLocals: TurnLocals | undefined;
  /** What is known where blocks end. */
  const ends = new Map<RegionBlock, Snapshot>();
  /** The loop around all blocks, and which of `dispatched` it goes to: the entry at first. */
  const { dispatched } = structure;
  let dispatcher: Label | undefined;
  const which = code.local();

  /** Blocks that may begin behind STI: interrupts are held back for their first instruction. */
  const shadowed = new Set(
    blocks.flatMap(({ terminator }) =>
      terminator.kind === 'flags' && terminator.what === 'allow-interrupts' ? [terminator.next] : [],
    ),
  );

  /** The last instruction of such a block is its first. */
  const isShadowedWhole = ({ eip, operations }: RegionBlock) => shadowed.has(eip) && operations.length === 0;
  /** A string instruction may be left between two rounds. */
  const mayBeShadowed = (block: RegionBlock | undefined) =>
    block !== undefined && (block.operations.length > 0 || block.terminator.kind !== 'interpret-on');

  /** Segments that are not flat: FS and GS where the mode says so, and writes through CS, which fault. */
  const reachable = ({ seg }: Pick<Memory, 'seg'>) =>
    seg === CS ? false : seg === FS ? mode.fs : seg === GS ? mode.gs : true;

  /** Something that the region cannot do in its mode is the interpreter's. */
  function isTranslated(of: Operation): of is Translated {
    if (of.op === 'interpret' || (of.op === 'read-state' && mode.user)) return false;
    return reachable(of.insn) || of.op === 'lea' || !memoryOf(of);
  }
  /** @param endsShadow it may be the instruction behind STI */
  function operation(of: Operation, block: RegionBlock, endsShadow: boolean): void {
    if (isTranslated(of)) {
      emitOperation(context, of);
      frame.done++;
      if (endsShadow) frame.endShadow();
      return;
    }
    // From here on it surely happens.
    if (endsShadow) frame.endShadow();
    handOver(block, of.insn, false);
  }

  /** Goes on at an EIP, when the instructions of `from` are done and counted. What is known there stays known behind it. */
  function go(from: RegionBlock, to: number): void {
    const here = frame.pages.snapshot();
    // Of several ways the first: what the others change comes behind it in time.
    if (!ends.has(from)) ends.set(from, here);
    const { clean, depth } = frame;
    frame.depth = code.depth;
    goOn(from, to);
    frame.clean = clean;
    frame.depth = depth;
    frame.pages.restore(here);
  }
  function goOn(from: RegionBlock, to: number): void {
    const kind = structure.edge(from, to);
    const target = at.get(to);
    if (kind === 'exit' || !target) {
      frame.chainTo(to);
      return;
    }
    if (target.eip >>> 12 !== from.eip >>> 12) checkHead(frame, target);
    checkTail(frame, target);
    const label =
      kind === 'inside' ? undefined : (from !== target && around.get(target)) || labels.get(target);
    // Where several ways come together, the state holds all registers: but in a calm loop it need not hold any.
    const meets = label || kind === 'dispatch' || structure.loops.has(target);
    if (meets && !calm.has(target)) frame.spillRegisters();
    if (kind === 'dispatch') dispatch(target);
    else if (label) code.branch(label);
    else tree(target, from);
  }

  function record(block: RegionBlock, to: number): void {
    // A branch to the next instruction is none: the interpreter cannot tell it from going on.
    if (to !== ((block.eip + block.source.size) | 0))
      frame.recordBranch(block.eip + block.source.lastStart, to);
  }

  /** Goes to the EIP in a local: to one of the known places, else out. */
  function goComputed(block: RegionBlock, to: number): void {
    // As in `record`.
    code.get(to);
    code.const((block.eip + block.source.size) | 0);
    code.op(Op.i32Ne);
    code.if();
    frame.recordComputedBranch(block.eip + block.source.lastStart, to);
    code.end();
    const { known } = flags;
    const arrive = (eip: number) => {
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
    frame.chainToComputed(to, block.source.indirect ? block.source : undefined);
  }

  /** Counts the block's instructions: what comes next has them behind it. */
  function count(block: RegionBlock): void {
    if (isShadowedWhole(block)) frame.endShadow();
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
            operation(one, skipped, false);
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
        if (isShadowedWhole(block)) frame.endShadow();
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
  /** The terminator surely happens, and nothing behind it. */
  function handOverLast(block: RegionBlock, insn: Site['insn']): void {
    if (isShadowedWhole(block)) frame.endShadow();
    handOver(block, insn, true);
  }
  function handOver(block: RegionBlock, insn: Site['insn'], last: boolean): void {
    const site = { insn, eip: block.eip, last };
    const keeps = keepsVectors(insn);
    if (!keeps) vectors.spillAll();
    pointers.spill();
    emitInterpret(frame, flags, interpret, addSite(site), site);
    if (last) return;
    if (!keeps) vectors.loadAll();
    pointers.registers?.move(pushedByHandler(insn));
    pointers.load(true);
  }

  /** Leaves when fewer instructions may run than the way to the next such check takes. */
  function checkBudget(block: RegionBlock): void {
    const cost = budget.heads.get(block);
    if (cost === undefined) return;
    code.get(locals.left);
    code.const(cost);
    code.op(Op.i32LtS);
    code.if();
    frame.leaveTo(block.eip);
    code.end();
  }

  /** @param above the block that dominates it at once */
  function body(block: RegionBlock, above: RegionBlock | undefined): void {
    // A loop is entered from its end too.
    if (labels.has(block)) {
      flags.known = 'nothing';
      frame.pages.merge(undefined);
    }
    const turns = turning.get(block);
    if (calm.has(block) && !turns) frame.clean = 0;
    frame.depth = code.depth;
    frame.done = 0;
    vectors.beginBlock(block, above);
    pointers.beginBlock(block, above);
    turns?.begin();
    turns?.at(0);
    checkBudget(block);
    for (const [n, one] of block.operations.entries()) {
      frame.eip = (block.eip + one.insn.start) | 0;
      frame.insn = one.insn;
      turns?.at(n);
      operation(one, block, n === 0 && shadowed.has(block.eip));
    }
    turns?.at(block.operations.length);
    terminate(block);
  }

  /** A block and all that it dominates: inside of a loop if it heads one, before the blocks that its branches meet in. */
  function tree(block: RegionBlock, above: RegionBlock | undefined): void {
    if (!turnsAlone(block, structure, isTranslated)) {
      nest(block, above);
      return;
    }
    const isAlsoOuter = blocks.some(
      (from) =>
        from !== block && targetsOf(from).includes(block.eip) && structure.edge(from, block.eip) === 'back',
    );
    if (isAlsoOuter) around.set(block, code.loop());
    if (calm.has(block)) frame.clean = 0;
    else {
      frame.spillRegisters();
      frame.clean = ALL_REGISTERS;
    }
    withTurns(frame, block, (turnLocals ??= createTurnLocals(frame)), (turns) => {
      turning.set(block, turns);
      nest(block, above);
    });
    if (isAlsoOuter) code.end();
  }
  function nest(block: RegionBlock, above: RegionBlock | undefined): void {
    const loop = structure.loops.has(block) ? code.loop() : undefined;
    if (loop) labels.set(block, loop);
    within(block, structure.merges(block), () => {
      body(block, above);
    });
    if (loop) code.end();
  }
  /** `inner`, the code of a block, with what it branches forward to behind it. */
  function within(of: RegionBlock | 'dispatcher', merges: readonly RegionBlock[], inner: () => void): void {
    const [first, ...rest] = merges;
    if (!first) {
      inner();
      return;
    }
    labels.set(first, code.block());
    within(of, rest, inner);
    code.end();
    // Inside of its own code a loop's label is its head; a merge's label has ended now.
    labels.delete(first);
    flags.known = 'nothing';
    frame.clean = calm.has(first) ? 0 : ALL_REGISTERS;
    frame.pages.merge(of === 'dispatcher' ? undefined : ends.get(of));
    tree(first, of === 'dispatcher' ? undefined : of);
  }

  function dispatch(target: RegionBlock): void {
    code.const(dispatched.indexOf(target));
    code.set(which);
    code.branch(dispatcher!);
  }
  function branchByNumber(): void {
    const [entry, ...others] = dispatched.map((block) => labels.get(block)!);
    code.get(which);
    code.branchTable([entry!, ...others], entry!);
  }

  enterRegion(frame);
  vectors.enterRegion();
  pointers.enterRegion();
  vectors.leaveIfUsual();
  // Who came by a chain has looked at one page only.
  checkTail(frame, blocks[0]!);
  if (dispatched.length === 0) tree(blocks[0]!, undefined);
  else {
    dispatcher = code.loop();
    within('dispatcher', structure.merges('dispatcher'), branchByNumber);
    code.end();
  }
  // All ways have led out by now.
  code.op(Op.unreachable);
  code.end();
  code.const(1);
  code.set(locals.chains);
  code.end();
  code.set(locals.exit);
  vectors.spillAll();
  pointers.spill();
  leaveRegion(frame, place, chain);
  frame.dropIdleMoves();
  return { code, exits: frame.exits };
}
