/** The instructions of a region: those that are translated, and those that the interpreter's handlers run. */
import { CS, FS, GS } from '../../cpu/state.ts';
import type { Insn } from '../../cpu/decode/insn.ts';
import type { Memory, Operation } from '../ir.ts';
import { pushedByHandler } from '../passes/x87-stack.ts';
import type { Region, RegionBlock } from '../region.ts';
import { emitInterpret, keepsVectors, type Site } from './interpreter.ts';
import { emitOperation, memoryOf, type OperationContext, type Translated } from './operation.ts';

export interface InstructionImports {
  /** Symbol of the function that runs the interpreter's handler for a site. */
  readonly interpret: number;
  /** Registers a site and returns its number. */
  addSite(site: Site): number;
}

export interface Instructions {
  /** The segment of an operand can be used in the region's mode. */
  reachable(operand: Pick<Memory, 'seg'>): boolean;
  /** No handler of the interpreter is called for it. */
  isTranslated(operation: Operation): boolean;
  /** Writes one that is not the last of its block. @param begins it is what may come behind STI */
  emit(operation: Operation, block: RegionBlock, begins: boolean): void;
  /** An instruction is the interpreter's. @param last nothing of the region follows it */
  handOver(block: RegionBlock, insn: Insn, last: boolean): void;
  /** The same of one that surely happens, with nothing behind it. */
  handOverLast(block: RegionBlock, insn: Insn): void;
  /** The last instruction of a block surely happens: it may be the one behind STI. */
  endShadow(block: RegionBlock): void;
}

export function createInstructions(
  context: OperationContext,
  { mode, blocks }: Region,
  { interpret, addSite }: InstructionImports,
): Instructions {
  const { frame, flags, vectors } = context;
  const { pointers } = context.x87;

  /** Blocks that may begin behind STI: interrupts are held back for their first instruction. */
  const shadowed = new Set(
    blocks.flatMap(({ terminator }) =>
      terminator.kind === 'flags' && terminator.what === 'allow-interrupts' ? [terminator.next] : [],
    ),
  );

  /** The last instruction of such a block is its first. */
  const isShadowedWhole = ({ eip, operations }: RegionBlock) => shadowed.has(eip) && operations.length === 0;
  /** Segments that are not flat: FS and GS where the mode says so, and writes through CS, which fault. */
  const reachable = ({ seg }: Pick<Memory, 'seg'>) =>
    seg === CS ? false : seg === FS ? mode.fs : seg === GS ? mode.gs : true;

  /** Something that the region cannot do in its mode is the interpreter's. */
  function isTranslated(of: Operation): of is Translated {
    if (of.op === 'interpret' || (of.op === 'read-state' && mode.user)) return false;
    return reachable(of.insn) || of.op === 'lea' || !memoryOf(of);
  }

  function emit(of: Operation, block: RegionBlock, begins: boolean): void {
    const endsShadow = begins && shadowed.has(block.eip);
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

  function handOverLast(block: RegionBlock, insn: Insn): void {
    endShadow(block);
    handOver(block, insn, true);
  }
  function endShadow(block: RegionBlock): void {
    if (isShadowedWhole(block)) frame.endShadow();
  }
  function handOver(block: RegionBlock, insn: Insn, last: boolean): void {
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
  return { reachable, isTranslated, emit, handOver, handOverLast, endShadow };
}
