/**
 * What a region knows of the x87 FPU: that it may be used, and the pointers to its last instruction.
 *
 * FOP, FIP, FCS, FDP and FDS are in locals, put back with the registers: most x87 instructions are followed by another one
 * that replaces them. CR0 and FERR are as in `vectors.ts`: nothing in a region changes them. The registers are in locals, too, but for regions
 * with MMX instructions, or where the top of the stack is not known: there they stay in the state.
 */
import { CR0, Cr0, CS, DS, ES, FERR, SEG_SEL, SS } from '../../cpu/state.ts';
import { FpuState } from '../../softfloat/softfloat.ts';
import type { Operation } from '../ir.ts';
import type { Region, RegionBlock } from '../region.ts';
import { Op } from '../wasm/opcodes.ts';
import type { Frame } from './frame.ts';
import { findX87Stack } from '../passes/x87-stack.ts';
import { usesMmx } from './vectors.ts';
import { createX87Registers, SUMMARY, type X87Registers } from './x87-registers.ts';

/** TOP of the status word. */
const TOP = 0x3800;

export interface X87Pointers {
  /** Leaves if x87 instructions are #NM or an error is pending, once for CR0 on each way. */
  require(waiting: boolean): void;
  /** The same for an MMX instruction. */
  requireMmx(): void;
  /** An MMX instruction is done: all registers are valid, and the first is on top. */
  enterMmx(): void;
  /** EMMS is: none is valid. */
  emptyMmx(): void;
  /** The present instruction is done. @param linear a local with the address of its operand, in segment `seg` */
  remember(opcode: number, linear?: number, seg?: number): void;
  /** @param above the block that dominates it at once: what is known there holds */
  beginBlock(block: RegionBlock, above: RegionBlock | undefined): void;
  enterRegion(): void;
  spill(): void;
  /** A segment register was loaded. */
  loadSelectors(): void;
  /** @param counted the present instruction is counted already */
  load(counted: boolean): void;
  /** The registers alone. It leaves behind the present instruction if they are elsewhere than the region has them. */
  loadRegisters(counted: boolean): void;
  /** The registers, if the region keeps them in locals. */
  readonly registers: X87Registers | undefined;
}

export type X87Operation = Extract<Operation, { op: `x87-${string}` }>;
export const isX87 = (operation: Operation): operation is X87Operation => operation.op.startsWith('x87-');

export function createX87Pointers(frame: Frame, region: Region): X87Pointers {
  const { code } = frame;
  const used = region.blocks.some(({ operations }) => operations.some(isX87));
  const usesMedia = region.blocks.some(({ operations }) => operations.some(usesMmx));
  // MMX instructions find the registers in the state, and move the top.
  const stack = used && !usesMedia ? findX87Stack(region) : undefined;
  const registers = stack && createX87Registers(frame, stack);
  const words = [FpuState.Opcode, FpuState.Ip, FpuState.Cs, FpuState.Dp, FpuState.Ds];
  const locals = words.map(() => code.local());
  const [fop, fip, fcs, fdp, fds] = locals as [number, number, number, number, number];
  /** Selectors of the segments that operands are in. */
  const selectors = new Map([ES, CS, SS, DS].map((seg) => [seg, code.local()]));
  const available = code.local();
  /** Blocks at whose ends it is known that the unit is available; and the present one. */
  const required = new Set<RegionBlock>();
  let present: RegionBlock | undefined;
  /** The instructions since the last MMX one have left its registers and the status word alone. */
  let entered = false;

  const setEmpty = (bits: number) => {
    code.const(0);
    code.const(bits);
    code.memory(Op.i32Store, FpuState.Empty);
  };
  function loadPointers(): void {
    if (!used) return;
    words.forEach((word, n) => {
      code.const(0);
      code.memory(Op.i32Load, word);
      code.set(locals[n]!);
    });
    pointers.loadSelectors();
  }
  const pointers: X87Pointers = {
    require(waiting) {
      entered = false;
      if (present && !required.has(present)) {
        required.add(present);
        code.get(available);
        code.op(Op.i32Eqz);
        code.if();
        frame.leaveHere();
        code.end();
      }
      // With registers in locals it is looked for where it may come.
      if (!waiting || registers) return;
      code.const(0);
      code.memory(Op.i32Load, FpuState.Status);
      code.const(SUMMARY);
      code.op(Op.i32And);
      code.if();
      frame.leaveHere();
      code.end();
    },
    requireMmx() {
      if (!entered) pointers.require(true);
    },
    enterMmx() {
      if (entered) return;
      entered = true;
      code.const(0);
      code.const(0);
      code.memory(Op.i32Load, FpuState.Status);
      code.const(~TOP);
      code.op(Op.i32And);
      code.memory(Op.i32Store, FpuState.Status);
      setEmpty(0);
    },
    emptyMmx() {
      pointers.enterMmx();
      setEmpty(0xff);
      entered = false;
    },
    remember(opcode, linear, seg) {
      code.const(opcode);
      code.set(fop);
      code.const(frame.eip);
      code.set(fip);
      code.get(selectors.get(CS)!);
      code.set(fcs);
      if (linear === undefined || seg === undefined) return;
      code.get(linear);
      code.set(fdp);
      code.get(selectors.get(seg)!);
      code.set(fds);
    },
    beginBlock(block, above) {
      present = block;
      if (above && required.has(above)) required.add(block);
      entered = false;
      registers?.beginBlock(block);
    },
    enterRegion() {
      if (!used && !usesMedia) return;
      frame.loadState(CR0);
      code.const(Cr0.EM | Cr0.TS);
      code.op(Op.i32And);
      frame.loadState(FERR);
      code.op(Op.i32Or);
      if (registers) {
        registers.load();
        registers.pending();
        code.op(Op.i32Or);
      }
      code.op(Op.i32Eqz);
      code.set(available);
      loadPointers();
    },
    spill() {
      if (!used) return;
      registers?.spill();
      words.forEach((word, n) => {
        code.const(0);
        code.get(locals[n]!);
        code.memory(Op.i32Store, word);
      });
    },
    load(counted) {
      entered = false;
      loadPointers();
      pointers.loadRegisters(counted);
    },
    loadRegisters(counted) {
      const { insn } = frame;
      if (!registers || !insn) return;
      registers.load();
      code.get(registers.elsewhere);
      code.if();
      if (counted) frame.done--;
      frame.leaveBehind(insn.end - insn.start);
      if (counted) frame.done++;
      code.end();
    },
    registers,
    loadSelectors() {
      if (!used) return;
      for (const [seg, selector] of selectors) {
        frame.loadState(SEG_SEL + seg);
        code.set(selector);
      }
    },
  };
  return pointers;
}
