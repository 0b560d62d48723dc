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
import { Op, Type } from '../wasm/opcodes.ts';
import type { Frame } from './frame.ts';
import type { Known, Place } from './pages.ts';

/** Leaves the linear address on the stack. */
export function linearAddress(frame: Frame, { seg, base, index, scale, disp, mask, bit }: Memory): void {
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
  if (bit !== undefined) {
    // Signed: it reaches in both directions.
    frame.getRegister(bit.register);
    if (bit.width === 16) code.op(Op.i32Extend16S);
    code.const(bit.width === 16 ? 4 : 5);
    code.op(Op.i32ShrS);
    code.const(bit.width === 16 ? 1 : 2);
    code.op(Op.i32Shl);
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

/** An access that was so often in another page than the one before it looks for its page by itself. */
export const MANY_APART = 50;
/** An access that has missed the TLB so large a part of what makes a region be made anew fills it from then on: others are on the way. */
const PART = 4;

const rightOf = ({ mode }: Frame, write: boolean) =>
  write ? (mode.user ? USER_WRITE : SUPERVISOR_WRITE) : mode.user ? USER_READ : SUPERVISOR_READ;

/**
 * Leaves the address in the machine's memory of an operand, or leaves the region.
 * @param size bytes of the access
 * @param walks the instruction would fault here, and at this address, before it does anything else
 * @returns what is to be added to it, as the offset of a load or a store
 */
export function locate(frame: Frame, memory: Memory, size: number, write: boolean, walks = true): number {
  const { code, pages, insn } = frame;
  const shares = insn === undefined || insn.apart < MANY_APART;
  const found = shares ? pages.find(memory) : undefined;
  if (found) return locateInPage(frame, found.page, found.distance, size, write, walks);
  // From here on it may leave.
  frame.spillRegisters();
  linearAddress(frame, memory);
  // What is remembered must hold wherever the block's code goes on.
  const place = shares && code.depth === frame.depth ? pages.remember(memory, size, write) : undefined;
  if (place) {
    probe(frame, place, size, write, walks);
    code.tee(place.host);
    return 0;
  }
  const linear = frame.temporary();
  const entry = frame.temporary();
  probe(frame, { linear, entry }, size, write, walks);
  frame.release(linear, entry);
  return 0;
}

/** The linear address is on the stack. */
function probe(
  frame: Frame,
  { linear, entry }: Pick<Place, 'linear' | 'entry'>,
  size: number,
  write: boolean,
  walks: boolean,
): void {
  const { code, insn } = frame;
  const need = rightOf(frame, write);
  code.tee(linear);
  code.const(12);
  code.op(Op.i32ShrU);
  code.const(2);
  code.op(Op.i32Shl);
  code.memory(Op.i32Load, TLB_BASE);
  code.set(entry);
  // One comparison for both: a right is less than the carry out of the page.
  const denied = () => {
    code.get(entry);
    code.const(need);
    code.op(Op.i32And);
    if (size === 1) {
      code.op(Op.i32Eqz);
      return;
    }
    code.get(linear);
    code.const(PAGE_SIZE - 1);
    code.op(Op.i32And);
    code.const(size - 1);
    code.op(Op.i32Add);
    code.const(PAGE_SIZE);
    code.op(Op.i32And, Op.i32LeU);
  };
  if (walks && (insn === undefined || insn.misses * PART >= frame.misses)) {
    denied();
    code.if();
    frame.leaveForAccessIf(() => {
      code.get(linear);
      code.const(size);
      code.const(need);
      code.callSymbol(frame.service('refill'));
      code.tee(entry);
      code.op(Op.i32Eqz);
    });
    code.end();
  } else frame.leaveForAccessIf(denied, walks);
  code.get(entry);
  code.const(-PAGE_SIZE);
  code.op(Op.i32And);
  code.get(linear);
  code.op(Op.i32Add);
}

function requireRight(frame: Frame, entry: number, write: boolean): void {
  frame.spillRegisters();
  frame.leaveForAccessIf(() => {
    frame.code.get(entry);
    frame.code.const(rightOf(frame, write));
    frame.code.op(Op.i32And, Op.i32Eqz);
  });
}

function locateInPage(
  frame: Frame,
  page: Known,
  distance: number,
  size: number,
  write: boolean,
  walks: boolean,
): number {
  const { code, pages, insn } = frame;
  const { place, from, to, writable } = page;
  if (distance < from || distance + size > to) {
    frame.spillRegisters();
    const isOutside = () => {
      code.get(place.linear);
      code.const(PAGE_SIZE - 1);
      code.op(Op.i32And);
      code.const(distance);
      code.op(Op.i32Add);
      code.const(PAGE_SIZE - size);
      code.op(Op.i32GtU);
    };
    if (frame.large || (insn && insn.apart > 0)) {
      isOutside();
      code.if(Type.i32);
      const linear = frame.temporary();
      const entry = frame.temporary();
      code.get(place.linear);
      code.const(distance);
      code.op(Op.i32Add);
      probe(frame, { linear, entry }, size, write, walks);
      frame.release(linear, entry);
      code.else();
      if (write && !writable) requireRight(frame, place.entry, true);
      code.get(place.host);
      code.const(distance);
      code.op(Op.i32Add);
      code.end();
      return 0;
    }
    frame.leaveForPageIf(isOutside);
  }
  // The right to write is that to read too.
  if (write && !writable) requireRight(frame, place.entry, true);
  if (code.depth === frame.depth)
    pages.learn(page, {
      from: Math.min(from, distance),
      to: Math.max(to, distance + size),
      writable: writable || write,
    });
  code.get(place.host);
  if (distance >= 0) return distance;
  code.const(distance);
  code.op(Op.i32Add);
  return 0;
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
  const offset = locate(frame, memory, width / 8, false);
  loadHost(frame, width, offset);
}
