/**
 * The variables of a translated region and the ways out of it.
 *
 * While a region runs, the machine's state is in the function's locals: the general registers, the flags (see `flags.ts`), how
 * many instructions are left and where the next taken branch is recorded. `edges.ts` takes it from there and puts it back.
 */
import { ADJ, CARRY, EIP, JIT_LEFT, RES, SHADOW } from '../../cpu/state.ts';
import type { Mode } from '../mode.ts';
import type { Region } from '../region.ts';
import type { RING_PARAMETERS } from '../../cpu/rings/rings.ts';
import type { Services } from '../services.ts';
import type { Block } from '../../cpu/decode/code-cache.ts';
import type { Insn } from '../../cpu/decode/insn.ts';
import { type Exit, UNKNOWN } from '../exit.ts';
import { auxiliaryBit, overflowWord, setOverflow } from './flag-words.ts';
import { createPages, type Pages } from './pages.ts';
import { createRegisterMoves } from './register-moves.ts';
import type { Code, Label } from '../wasm/code.ts';
import { Op } from '../wasm/opcodes.ts';

/** A word of the processor's state, by its index in `cpu/state.ts`. */
export const stateAddress = (index: number) => index * 4;

/** As a mask. */
export const ALL_REGISTERS = 0xff;

export interface Locals {
  /** The eight general registers. */
  readonly registers: readonly number[];
  /** Instructions that may still run, when the present block was entered. */
  readonly left: number;
  /** Where the next record of a branch goes, in bytes: what `BRANCH_NEXT` was, and will be. */
  readonly branch: number;
  /** The number of the exit, on the way out. */
  readonly exit: number;
  /** Not 0: what comes next may be a translation, at this EIP. */
  readonly chains: number;
  readonly next: number;
  /** RES and ADJ of `cpu/integer/flags.ts`. */
  readonly result: number;
  readonly adjust: number;
  /** OF and AF are those of the subtraction x - y, AF of its bit 4 + shift; CF is carryX < carryY, unsigned. */
  readonly x: number;
  readonly y: number;
  readonly shift: number;
  readonly carryX: number;
  readonly carryY: number;
}

/**
 * How many of the first locals accesses to memory get: the engine's first compiler keeps locals in the order of their numbers, and its
 * instructions are shorter for the first two dozen.
 */
const NEAR = 8;

/** Instructions of a region that is none of the usual ones. */
const LARGE = 400;

/** The symbol of a function of `services.ts`. */
export type ImportService = (name: keyof Services) => number;
/** The symbol of a function of `core/cpu/rings`. */
export type ImportRing = (name: keyof typeof RING_PARAMETERS) => number;

export interface Frame {
  readonly code: Code;
  readonly mode: Mode;
  readonly locals: Locals;
  readonly service: ImportService;
  readonly ring: ImportRing;
  /** Instructions of the present block that have run. */
  done: number;
  /** EIP of the present instruction. */
  eip: number;
  /** A temporary that is free from here on until `release`. */
  temporary(): number;
  release(...locals: number[]): void;
  getRegister(register: number): void;
  setRegister(register: number): void;
  /**
   * Puts the general registers that may differ back into the state. What is done at every way out so is not done there: each has a
   * dozen bytes instead of what brings all registers to one place.
   */
  spillRegisters(): void;
  spillFlags(): void;
  loadRegisters(mask: number): void;
  loadFlags(): void;
  /** In a loop that puts its registers back where it is left (`turns.ts`). */
  defersSpills: boolean;
  /** Which registers the state holds too, as a mask: what a block that is reached from here alone goes on with. */
  clean: number;
  /** All code is there: what brings registers from the state that it does not use, and back those that it does not write, is taken out. */
  dropIdleMoves(): void;
  /** Open blocks of WebAssembly around the present x86 block: what is deeper may be skipped. */
  depth: number;
  /** `Region.misses`. */
  readonly misses: number;
  /** It is too much to be made anew for each access that is found to lie in another page than the one before it. */
  readonly large: boolean;
  /** The present instruction. */
  insn: Insn | undefined;
  /** The ways out so far. */
  readonly exits: readonly Exit[];
  readonly pages: Pages;
  /** From here on the number of an exit goes to that label first. @returns the one before */
  exitBy(label: Label): Label;
  /** Leaves before the present instruction, as if it had not begun: the interpreter goes on with it. */
  leaveHere(): void;
  /**
   * The same if `condition` leaves something other than 0 on the stack: its access to memory is not for the fast way.
   * @param fillable see `Exit`
   */
  leaveForAccessIf(condition: () => void, fillable?: boolean): void;
  /** The same because it is not in the page that another one is in. */
  leaveForPageIf(condition: () => void): void;
  /** Leaves before the present instruction: an operand in floating point, or its result, is special. */
  leaveForSpecial(): void;
  /** Leaves before a block: the region could do without the soft-float core now. */
  leaveAsUsual(eip: number): void;
  /** The instruction behind STI is done. */
  endShadow(): void;
  /** Leaves behind the present instruction, which is done. @param length of it in bytes */
  leaveBehind(length: number): void;
  /** Leaves for an EIP after the present block: the processor's loop has something to do there. */
  leaveTo(eip: number): void;
  /** Leaves for an EIP after the present block, which may be that of a translation. */
  chainTo(eip: number): void;
  /** The same with the EIP in a local. @param unknown the block that jumps there, to be told of it */
  chainToComputed(eip: number, unknown: Block | undefined): void;
  /** Behind the present instruction, which is done: it may be another mode. @param length of it in bytes */
  chainBehind(length: number): void;
  /** Loads or stores a word of the processor's state. */
  loadState(index: number): void;
  /** Stores what `value` leaves on the stack. */
  storeState(index: number, value: () => void): void;
}

/** Labels that take the number of an exit. */
export interface Ways {
  /** The state is put back behind it. */
  readonly exit: Label;
  /** The same, and then a translation may go on. */
  readonly chain: Label;
}

export function createFrame(
  code: Code,
  { mode, misses, blocks }: Pick<Region, 'mode' | 'misses' | 'blocks'>,
  { exit: behind, chain }: Ways,
  service: ImportService,
  ring: ImportRing,
): Frame {
  const local = () => code.local();
  const registers = Array.from({ length: 8 }, local);
  const branch = local();
  const near = Array.from({ length: NEAR }, local);
  const newLocal = () => near.pop() ?? local();
  const locals: Locals = {
    registers,
    left: 0,
    branch,
    result: local(),
    adjust: local(),
    x: local(),
    y: local(),
    shift: local(),
    carryX: local(),
    carryY: local(),
    next: local(),
    exit: local(),
    chains: local(),
  };
  const free: number[] = [];
  const moves = createRegisterMoves(code);

  function loadState(index: number): void {
    code.const(0);
    code.memory(Op.i32Load, stateAddress(index));
  }
  function storeState(index: number, value: () => void): void {
    code.const(0);
    value();
    code.memory(Op.i32Store, stateAddress(index));
  }
  function spillRegister(register: number): void {
    moves.spill(register, () => {
      storeState(register, () => {
        code.get(locals.registers[register]!);
      });
    });
  }
  const exits: Exit[] = [];
  let exit = behind;
  function leaveBy(way: Exit, to = exit): void {
    exits.push(way);
    frame.spillRegisters();
    code.const(exits.length - 1 + (way.unknown ? UNKNOWN : 0));
    code.branch(to);
  }
  /** By the last of the exits. */
  function leaveIf(condition: () => void): void {
    code.const(exits.length - 1);
    condition();
    code.branchIf(exit);
    code.op(Op.drop);
  }
  const frame: Frame = {
    code,
    mode,
    exits,
    pages: createPages(newLocal),
    depth: 0,
    clean: ALL_REGISTERS,
    defersSpills: false,
    misses,
    large: blocks.reduce((sum, { source }) => sum + source.insns.length, 0) > LARGE,
    insn: undefined,
    locals,
    service,
    ring,
    done: 0,
    eip: 0,
    temporary: () => free.pop() ?? newLocal(),
    release(...back) {
      free.push(...back);
    },
    getRegister(register) {
      moves.reads(register);
      code.get(locals.registers[register]!);
    },
    setRegister(register) {
      frame.clean &= ~(1 << register);
      moves.writes(register);
      frame.pages.changed(register);
      code.set(locals.registers[register]!);
    },
    spillRegisters() {
      if (frame.defersSpills) return;
      for (let register = 0; register < 8; register++)
        if ((frame.clean & (1 << register)) === 0) spillRegister(register);
      // What may be skipped holds on no other way.
      if (code.depth === frame.depth) frame.clean = ALL_REGISTERS;
    },
    spillFlags() {
      storeState(RES, () => {
        code.get(locals.result);
      });
      storeState(ADJ, () => {
        code.get(locals.adjust);
      });
      // CARRY: CF in bit 31, CF ^ OF in bit 30, AF in bit 3.
      storeState(CARRY, () => {
        const { carryX, carryY } = locals;
        code.get(carryX);
        code.get(carryY);
        code.op(Op.i32LtU);
        code.const(31);
        code.op(Op.i32Shl);
        code.get(carryX);
        code.get(carryY);
        code.op(Op.i32LtU);
        code.const(31);
        code.op(Op.i32Shl);
        overflowWord(code, locals);
        code.op(Op.i32Xor);
        code.const(1);
        code.op(Op.i32ShrU);
        code.const(0x4000_0000);
        code.op(Op.i32And, Op.i32Or);
        auxiliaryBit(code, locals);
        code.op(Op.i32Or);
      });
    },
    loadRegisters(mask) {
      for (let register = 0; register < 8; register++) {
        if ((mask & (1 << register)) === 0) continue;
        frame.pages.changed(register);
        moves.load(register, () => {
          loadState(register);
          code.set(locals.registers[register]!);
        });
      }
    },
    loadFlags() {
      loadState(RES);
      code.set(locals.result);
      loadState(ADJ);
      code.set(locals.adjust);
      loadState(CARRY);
      code.set(locals.carryY);
      code.const(0x7fff_ffff);
      code.set(locals.carryX);
      setOverflow(frame, () => {
        code.get(locals.carryY);
        code.get(locals.carryY);
        code.const(1);
        code.op(Op.i32Shl, Op.i32Xor);
      });
      code.get(locals.y);
      code.get(locals.carryY);
      code.const(8);
      code.op(Op.i32And, Op.i32Or);
      code.set(locals.y);
    },
    dropIdleMoves: moves.dropIdle,
    exitBy(label) {
      const before = exit;
      exit = label;
      return before;
    },
    leaveHere() {
      leaveBy({ eip: frame.eip, done: frame.done });
    },
    leaveForAccessIf(condition, fillable = false) {
      const last = exits.at(-1);
      const { insn, eip, done } = frame;
      const isSame = last?.access !== undefined && last.access === insn && last.eip === eip;
      if (!isSame || last.fillable !== fillable)
        exits.push({ eip, done, fillable, ...(insn && { access: insn }) });
      leaveIf(condition);
    },
    leaveForPageIf(condition) {
      const { insn, eip, done } = frame;
      exits.push({ eip, done, ...(insn && { apart: insn }) });
      leaveIf(condition);
    },
    leaveForSpecial() {
      const { insn, eip, done } = frame;
      leaveBy({ eip, done, ...(insn && { special: insn }) });
    },
    leaveAsUsual(eip) {
      leaveBy({ eip, done: 0, usual: true });
    },
    leaveBehind(length) {
      frame.endShadow();
      const { eip, done } = frame;
      frame.eip = (eip + length) | 0;
      frame.done = done + 1;
      frame.leaveHere();
      frame.eip = eip;
      frame.done = done;
    },
    endShadow() {
      storeState(SHADOW, () => {
        code.const(0);
      });
    },
    leaveTo(eip) {
      leaveBy({ eip, done: 0 });
    },
    chainTo(eip) {
      code.const(eip);
      code.set(locals.next);
      leaveBy({ eip, done: 0 }, chain);
    },
    chainBehind(length) {
      frame.endShadow();
      code.get(locals.left);
      code.const(frame.done + 1);
      code.op(Op.i32Sub);
      code.set(locals.left);
      frame.chainTo((frame.eip + length) | 0);
    },
    chainToComputed(eip, unknown) {
      storeState(EIP, () => {
        code.get(eip);
      });
      code.get(eip);
      code.set(locals.next);
      leaveBy({ eip: undefined, done: 0, ...(unknown && { unknown }) }, chain);
    },
    loadState,
    storeState,
  };
  return frame;
}

/** Tells the state how many instructions are left before the present one. */
export function storeLeft({ code, locals, done, storeState }: Frame): void {
  storeState(JIT_LEFT, () => {
    code.get(locals.left);
    code.const(done);
    code.op(Op.i32Sub);
  });
}
