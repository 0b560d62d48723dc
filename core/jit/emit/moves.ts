/** Data movement and the stack (SDM vol. 2). The stack is flat and 32 bits wide: regions are made in no other. */
import { EBP, ESP, SS, ZERO } from '../../cpu/state.ts';
import type { Memory, Operation } from '../ir.ts';
import { isMemory } from '../lift.ts';
import { Op } from '../wasm/opcodes.ts';
import { type FlagWriter, signExtend } from './flags.ts';
import type { Frame } from './frame.ts';
import { linearAddress, loadHost, locate, storeHost } from './memory.ts';
import { plus } from './pages.ts';
import { getPart, open, read, setPart, setPartFromStack } from './operands.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

/** The stack at a distance from a register. */
export const stackAt = (base: number, disp: number): Memory => ({
  kind: 'memory',
  seg: SS,
  base,
  index: ZERO,
  scale: 0,
  disp,
  mask: -1,
});

export function emitMov(frame: Frame, { width, to, from }: Named<'mov'>): void {
  if (isMemory(to)) {
    const offset = locate(frame, to, width / 8, true);
    read(frame, from, width);
    storeHost(frame, width, offset);
    return;
  }
  read(frame, from, width);
  setPartFromStack(frame, to, width);
}

export function emitExtend(frame: Frame, { from, fromWidth, signed, to, width }: Named<'extend'>): void {
  read(frame, from, fromWidth);
  if (signed) signExtend(frame, fromWidth);
  setPartFromStack(frame, to, width);
}

export function emitLea(frame: Frame, { width, to, from }: Named<'lea'>): void {
  // An offset, not an address: the segment has no part in it.
  linearAddress(frame, { ...from, seg: SS });
  setPartFromStack(frame, to, width);
}

/** Pushes the word or dword that `value` leaves on the stack. */
export function push(frame: Frame, value: () => void, width: 16 | 32 = 32): void {
  const size = width / 8;
  const offset = locate(frame, stackAt(ESP, -size), size, true);
  value();
  storeHost(frame, width, offset);
  moveStack(frame, -size);
}

export function moveStack(frame: Frame, bytes: number): void {
  const sum = plus(frame.pages.sumOf(ESP), bytes);
  frame.getRegister(ESP);
  frame.code.const(bytes);
  frame.code.op(Op.i32Add);
  frame.setRegister(ESP);
  frame.pages.is(ESP, sum);
}

/** Leaves the word or dword on top of the stack on that of WebAssembly. */
export function peek(frame: Frame, width: 16 | 32 = 32): void {
  const offset = locate(frame, stackAt(ESP, 0), width / 8, false);
  loadHost(frame, width, offset);
}

export function emitPush(frame: Frame, { width, from }: Named<'push'>): void {
  const { code } = frame;
  const value = frame.temporary();
  read(frame, from, width);
  code.set(value);
  push(
    frame,
    () => {
      code.get(value);
    },
    width,
  );
  frame.release(value);
}

export function emitPop(frame: Frame, { width, to }: Named<'pop'>): void {
  const { code } = frame;
  const size = width / 8;
  const value = frame.temporary();
  peek(frame, width);
  code.set(value);
  if (isMemory(to)) {
    // Its address is computed with the stack pointer moved already.
    const moved = to.base === ESP ? { ...to, disp: (to.disp + size) | 0 } : to;
    const target = open(frame, moved, width);
    target.write(value);
    target.close();
    moveStack(frame, size);
  } else {
    moveStack(frame, size);
    setPart(frame, to, width, value);
  }
  frame.release(value);
}

/** The place of the new stack pointer must be writable too. */
export function emitEnter(frame: Frame, { locals }: Named<'enter'>): void {
  const { code, pages } = frame;
  const host = frame.temporary();
  const offset = locate(frame, stackAt(ESP, -4), 4, true);
  code.set(host);
  locate(frame, stackAt(ESP, -4 - locals), 4, true, false);
  code.op(Op.drop);
  code.get(host);
  frame.getRegister(EBP);
  storeHost(frame, 32, offset);
  moveStack(frame, -4);
  const sum = pages.sumOf(ESP);
  frame.getRegister(ESP);
  frame.setRegister(EBP);
  pages.is(EBP, sum);
  moveStack(frame, -locals);
  frame.release(host);
}

export function emitLeave(frame: Frame): void {
  const { code } = frame;
  const value = frame.temporary();
  const offset = locate(frame, stackAt(EBP, 0), 4, false);
  loadHost(frame, 32, offset);
  code.set(value);
  frame.getRegister(EBP);
  code.const(4);
  code.op(Op.i32Add);
  frame.setRegister(ESP);
  code.get(value);
  frame.setRegister(EBP);
  frame.release(value);
}

/** The eight registers lie in one page, or the interpreter does it. */
export function emitPushAll(frame: Frame): void {
  const { code } = frame;
  const host = frame.temporary();
  // The processor begins with the highest of them.
  const offset = locate(frame, stackAt(ESP, -32), 32, true, false);
  code.set(host);
  for (let register = 0; register < 8; register++) {
    code.get(host);
    frame.getRegister(register);
    storeHost(frame, 32, offset + 4 * (7 - register));
  }
  moveStack(frame, -32);
  frame.release(host);
}

export function emitPopAll(frame: Frame): void {
  const { code } = frame;
  const host = frame.temporary();
  const offset = locate(frame, stackAt(ESP, 0), 32, false);
  code.set(host);
  for (let register = 0; register < 8; register++) {
    if (register === ESP) continue;
    code.get(host);
    loadHost(frame, 32, offset + 4 * (7 - register));
    frame.setRegister(register);
  }
  moveStack(frame, 32);
  frame.release(host);
}

export function emitSet(frame: Frame, flags: FlagWriter, { condition, to }: Named<'set'>): void {
  const { code } = frame;
  const target = open(frame, to, 8);
  const value = frame.temporary();
  flags.condition(condition);
  code.set(value);
  target.write(value);
  target.close();
  frame.release(value);
}

export function emitConditionalMove(
  frame: Frame,
  flags: FlagWriter,
  { condition, width, to, from }: Named<'conditional-move'>,
): void {
  const { code } = frame;
  // The operand is read, and may fault, whether or not the condition holds.
  read(frame, from, width);
  getPart(frame, to, width);
  flags.condition(condition);
  code.op(Op.select);
  const value = frame.temporary();
  code.set(value);
  setPart(frame, to, width, value);
  frame.release(value);
}

export function emitExchange(frame: Frame, { width, a, b }: Named<'exchange'>): void {
  const { code } = frame;
  const target = open(frame, a, width);
  const first = frame.temporary();
  const second = frame.temporary();
  target.read();
  code.set(first);
  getPart(frame, b, width);
  code.set(second);
  target.write(second);
  target.close();
  setPart(frame, b, width, first);
  frame.release(first, second);
}
