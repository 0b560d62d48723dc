/**
 * Accesses to memory: the address, the look into the TLB, the bytes.
 *
 * The TLB's word of a page says where the page lies and what may be done there without looking further (`cpu/paging/mmu.ts`).
 * If it does not allow the access, the page tables are walked for it (`cpu/paging/mmu.ts`). If they do not allow it either, or if it
 * crosses the page's end, the region is left before the instruction and the interpreter does it, faults and devices and watchpoints
 * included.
 */
import { FS, GS, SEG_BASE, ZERO } from '../../cpu/state.ts';
import { SUPERVISOR_READ, SUPERVISOR_WRITE, USER_READ, USER_WRITE } from '../../cpu/paging/tlb.ts';
import { PAGE_SIZE, TLB_BASE } from '../../memory/layout.ts';
import type { Memory, Width } from '../ir.ts';
import { Op } from '../wasm/opcodes.ts';
import type { Frame } from './frame.ts';

/** Leaves the linear address on the stack. */
export function linearAddress(frame: Frame, { seg, base, index, scale, disp, mask }: Memory): void {
  const { code } = frame;
  let terms = 0;
  const add = () => {
    if (terms++ > 0) code.op(Op.i32Add);
  };
  if (base !== ZERO) {
    frame.getRegister(base);
    add();
  }
  if (index !== ZERO) {
    frame.getRegister(index);
    if (scale > 0) {
      code.const(scale);
      code.op(Op.i32Shl);
    }
    add();
  }
  if (disp !== 0 || terms === 0) {
    code.const(disp);
    add();
  }
  if (mask !== -1) {
    code.const(mask);
    code.op(Op.i32And);
  }
  if (seg === FS || seg === GS) {
    frame.loadState(SEG_BASE + seg);
    code.op(Op.i32Add);
  }
}

/**
 * Turns the linear address on the stack into the address of the machine's memory, or leaves.
 * @param size bytes of the access
 * @param walks the instruction would fault here, and at this address, before it does anything else
 */
export function translate(frame: Frame, size: number, write: boolean, walks = true): void {
  const { code, mode } = frame;
  const linear = frame.temporary();
  const entry = frame.temporary();
  const need = write ? (mode.user ? USER_WRITE : SUPERVISOR_WRITE) : mode.user ? USER_READ : SUPERVISOR_READ;
  code.tee(linear);
  code.const(12);
  code.op(Op.i32ShrU);
  code.const(2);
  code.op(Op.i32Shl);
  code.memory(Op.i32Load, TLB_BASE);
  code.set(entry);
  const denied = () => {
    code.get(entry);
    code.const(need);
    code.op(Op.i32And, Op.i32Eqz);
  };
  if (walks) {
    denied();
    code.if();
    frame.leaveForAccessIf(() => {
      code.get(linear);
      code.const(size);
      code.const(need);
      code.call(frame.service('refill'));
      code.tee(entry);
      code.op(Op.i32Eqz);
    });
    code.end();
  } else frame.leaveForAccessIf(denied);
  if (size > 1)
    frame.leaveForAccessIf(() => {
      code.get(linear);
      code.const(PAGE_SIZE - 1);
      code.op(Op.i32And);
      code.const(PAGE_SIZE - size);
      code.op(Op.i32GtU);
    });
  code.get(entry);
  code.const(-PAGE_SIZE);
  code.op(Op.i32And);
  code.get(linear);
  code.op(Op.i32Add);
  frame.release(linear, entry);
}

/** Loads a value, zero extended, from the address of the machine's memory on the stack. */
export function loadHost({ code }: Frame, width: Width, offset = 0): void {
  code.memory(width === 32 ? Op.i32Load : width === 16 ? Op.i32Load16U : Op.i32Load8U, offset);
}
/** Stores the value above the address. */
export function storeHost({ code }: Frame, width: Width, offset = 0): void {
  code.memory(width === 32 ? Op.i32Store : width === 16 ? Op.i32Store16 : Op.i32Store8, offset);
}

/** Leaves the value of a memory operand on the stack, zero extended. */
export function load(frame: Frame, memory: Memory, width: Width): void {
  linearAddress(frame, memory);
  translate(frame, width / 8, false);
  loadHost(frame, width);
}
