/**
 * What a region knows of the x87 FPU: that it may be used, and the pointers to its last instruction.
 *
 * FOP, FIP, FCS, FDP and FDS are in locals, put back with the registers: most x87 instructions are followed by another one
 * that replaces them. CR0 and FERR are as in `vectors.ts`: nothing in a region changes them. The registers, tags,
 * control and status stay in the state, where the soft-float core works on them.
 */
import { CR0, Cr0, CS, DS, ES, FERR, SEG_SEL, SS } from '../../cpu/state.ts';
import { FpuState } from '../../softfloat/softfloat.ts';
import type { Operation } from '../ir.ts';
import type { Region } from '../region.ts';
import { Op } from '../wasm/opcodes.ts';
import type { Frame } from './frame.ts';
import { usesMmx } from './vectors.ts';

/** ES of the status word: an unmasked exception is pending. */
const SUMMARY = 0x80;
/** TOP of the status word. */
const TOP = 0x3800;

export interface X87Pointers {
  /** Leaves if x87 instructions are #NM or an error is pending, once for CR0 in a block. */
  require(waiting: boolean): void;
  /** The same for an MMX instruction. */
  requireMmx(): void;
  /** An MMX instruction is done: all registers are valid, and the first is on top. */
  enterMmx(): void;
  /** EMMS is: none is valid. */
  emptyMmx(): void;
  /** The present instruction is done. @param linear a local with the address of its operand, in segment `seg` */
  remember(opcode: number, linear?: number, seg?: number): void;
  beginBlock(): void;
  enterRegion(): void;
  spill(): void;
  /** A segment register was loaded. */
  loadSelectors(): void;
  load(): void;
}

export type X87Operation = Extract<Operation, { op: `x87-${string}` }>;
export const isX87 = (operation: Operation): operation is X87Operation => operation.op.startsWith('x87-');

export function createX87Pointers(frame: Frame, region: Region): X87Pointers {
  const { code } = frame;
  const used = region.blocks.some(({ operations }) => operations.some(isX87));
  const usesUnit = used || region.blocks.some(({ operations }) => operations.some(usesMmx));
  const words = [FpuState.Opcode, FpuState.Ip, FpuState.Cs, FpuState.Dp, FpuState.Ds];
  const locals = words.map(() => code.local());
  const [fop, fip, fcs, fdp, fds] = locals as [number, number, number, number, number];
  /** Selectors of the segments that operands are in. */
  const selectors = new Map([ES, CS, SS, DS].map((seg) => [seg, code.local()]));
  const available = code.local();
  let required = false;
  /** The instructions since the last MMX one have left its registers and the status word alone. */
  let entered = false;

  const setEmpty = (bits: number) => {
    code.const(0);
    code.const(bits);
    code.memory(Op.i32Store, FpuState.Empty);
  };
  const pointers: X87Pointers = {
    require(waiting) {
      entered = false;
      if (!required) {
        code.get(available);
        code.op(Op.i32Eqz);
        code.if();
        frame.leaveHere();
        code.end();
      }
      required = true;
      if (!waiting) return;
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
    beginBlock() {
      required = false;
      entered = false;
    },
    enterRegion() {
      if (!usesUnit) return;
      frame.loadState(CR0);
      code.const(Cr0.EM | Cr0.TS);
      code.op(Op.i32And);
      frame.loadState(FERR);
      code.op(Op.i32Or, Op.i32Eqz);
      code.set(available);
      pointers.load();
    },
    spill() {
      if (!used) return;
      words.forEach((word, n) => {
        code.const(0);
        code.get(locals[n]!);
        code.memory(Op.i32Store, word);
      });
    },
    load() {
      entered = false;
      if (!used) return;
      words.forEach((word, n) => {
        code.const(0);
        code.memory(Op.i32Load, word);
        code.set(locals[n]!);
      });
      pointers.loadSelectors();
    },
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
