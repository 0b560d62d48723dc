/** From a region to a WebAssembly function: enter, the blocks in their structure, leave. */
import type { Exit } from '../exit.ts';
import type { Budget } from '../passes/budget.ts';
import { findCalmBlocks } from '../passes/calm-loops.ts';
import { findSkips } from '../passes/skips.ts';
import type { Structure } from '../passes/structure.ts';
import { type Region, type RegionBlock, targetsOf } from '../region.ts';
import { Code, type Label } from '../wasm/code.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import { isLapOver } from './branch-records.ts';
import { checkHead, checkTail } from './code-pages.ts';
import { createFlagWriter } from './flags.ts';
import { enterRegion, leaveRegion } from './edges.ts';
import { ALL_REGISTERS, createFrame, type ImportRing, type ImportService } from './frame.ts';
import type { OperationContext } from './operation.ts';
import type { X87 } from './x87.ts';
import { createX87Locals } from './x87-locals.ts';
import { createX87Pointers } from './x87-pointers.ts';
import { createVectors, type ImportSoftfloat } from './vectors.ts';
import type { Snapshot } from './pages.ts';
import { createInstructions, type InstructionImports } from './instructions.ts';
import { createTerminators } from './terminators.ts';
import { createTurnLocals, type TurnLocals, type Turns, turnsAlone, withTurns } from './turns.ts';

export interface RegionImports extends InstructionImports {
  /** Symbol of a function of the soft-float core. */
  readonly softfloat: ImportSoftfloat;
  /** Symbol of a service, or of what goes between rings. */
  readonly service: ImportService;
  readonly ring: ImportRing;
  /** Symbol of the function of `emitChain`, where there are chains. */
  readonly chain: number | undefined;
}

/** A function from the instructions that may run to those that are left. */
export function emitRegion(
  region: Region,
  structure: Structure,
  budget: Budget,
  { interpret, addSite, softfloat, service, ring, chain }: RegionImports,
): { readonly code: Code; readonly exits: readonly Exit[] } {
  const { at, blocks } = region;
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
  const instructions = createInstructions(context, region, { interpret, addSite });
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
  const terminate = createTerminators({ context, region, instructions, chain, skips, turning, go });

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

  /** Leaves when fewer instructions may run than the way to the next such check takes, or when the record of branches has to begin a new lap. */
  function checkBudget(block: RegionBlock): void {
    const cost = budget.heads.get(block);
    if (cost === undefined) return;
    code.get(locals.left);
    code.const(cost);
    code.op(Op.i32LtS);
    code.if();
    frame.leaveTo(block.eip);
    code.end();
    // In a block that branches to itself it is looked at behind its turns.
    if (turning.has(block)) return;
    isLapOver(frame);
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
      instructions.emit(one, block, n === 0);
    }
    turns?.at(block.operations.length);
    terminate(block);
  }

  /** A block and all that it dominates: inside of a loop if it heads one, before the blocks that its branches meet in. */
  function tree(block: RegionBlock, above: RegionBlock | undefined): void {
    if (!turnsAlone(block, structure, instructions.isTranslated)) {
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
  leaveRegion(frame, chain);
  frame.dropIdleMoves();
  return { code, exits: frame.exits };
}
