/** Reads and writes of operands. Values of 8 and 16 bits are zero extended where they are read. */
import type { Operand, Place, Register, Width } from '../ir.ts';
import { isMemory } from '../lift.ts';
import { Op } from '../wasm/opcodes.ts';
import type { Frame } from './frame.ts';
import { load, loadHost, locate, storeHost } from './memory.ts';

/** Leaves the part of a register on the stack. */
export function getPart(frame: Frame, { register, high }: Register, width: Width): void {
  const { code } = frame;
  frame.getRegister(register);
  if (width === 32) return;
  if (high) {
    code.const(8);
    code.op(Op.i32ShrU);
  }
  code.const(width === 8 ? 0xff : 0xffff);
  code.op(Op.i32And);
}

/** Sets the part of a register to the value in a local, whose bits above the width do not matter. */
export function setPart(frame: Frame, { register, high }: Register, width: Width, value: number): void {
  const { code } = frame;
  if (width === 32) {
    code.get(value);
    frame.setRegister(register);
    return;
  }
  const mask = (width === 8 ? 0xff : 0xffff) << (high ? 8 : 0);
  frame.getRegister(register);
  code.const(~mask);
  code.op(Op.i32And);
  code.get(value);
  if (high) {
    code.const(8);
    code.op(Op.i32Shl);
  }
  code.const(mask);
  code.op(Op.i32And, Op.i32Or);
  frame.setRegister(register);
}

/** The same with the value on the stack. */
export function setPartFromStack(frame: Frame, to: Register, width: Width): void {
  if (width === 32) {
    frame.setRegister(to.register);
    return;
  }
  const value = frame.temporary();
  frame.code.set(value);
  setPart(frame, to, width, value);
  frame.release(value);
}

/** Leaves two registers on the stack, as an i64. */
export function getPair(frame: Frame, high: number, low: number): void {
  const { code } = frame;
  frame.getRegister(high);
  code.op(Op.i64ExtendI32U);
  code.const64(32, 0);
  code.op(Op.i64Shl);
  frame.getRegister(low);
  code.op(Op.i64ExtendI32U, Op.i64Or);
}
/** Sets two registers to the halves of an i64 in a local. */
export function setPair(frame: Frame, high: number, low: number, value: number): void {
  const { code } = frame;
  code.get(value);
  code.op(Op.i32WrapI64);
  frame.setRegister(low);
  code.get(value);
  code.const64(32, 0);
  code.op(Op.i64ShrU, Op.i32WrapI64);
  frame.setRegister(high);
}

/** Leaves the value of an operand on the stack. */
export function read(frame: Frame, operand: Operand, width: Width): void {
  if (operand.kind === 'constant')
    frame.code.const(width === 32 ? operand.value : operand.value & (width === 8 ? 0xff : 0xffff));
  else if (isMemory(operand)) load(frame, operand, width);
  else getPart(frame, operand, width);
}

/** Puts the value of an operand into a temporary. */
export function take(frame: Frame, operand: Operand, width: Width): number {
  read(frame, operand, width);
  const local = frame.temporary();
  frame.code.set(local);
  return local;
}

/** A value that can be read again and again. */
export interface Value {
  /** Leaves it on the stack. */
  get(): void;
  release(): void;
}

export function valueOf(frame: Frame, local: number): Value {
  return {
    get() {
      frame.code.get(local);
    },
    release() {
      frame.release(local);
    },
  };
}

/** The value of an operand: a constant or a whole register stays where it is, so it must be read before the register changes. */
export function view(frame: Frame, operand: Operand, width: Width): Value {
  const inPlace = operand.kind === 'constant' || (operand.kind === 'register' && width === 32);
  if (!inPlace) return valueOf(frame, take(frame, operand, width));
  return {
    get() {
      read(frame, operand, width);
    },
    release: () => undefined,
  };
}

/** A place that is written once, after everything that may leave the region. */
export interface Target {
  /** Leaves its present value on the stack. */
  read(): void;
  /** Writes the value in a local. */
  write(value: number): void;
  close(): void;
}

/** Opens a place for writing: a memory operand is looked up here, with the right to write. */
export function open(frame: Frame, place: Place, width: Width): Target {
  const { code } = frame;
  if (!isMemory(place)) {
    return {
      read() {
        getPart(frame, place, width);
      },
      write(value) {
        setPart(frame, place, width, value);
      },
      close: () => undefined,
    };
  }
  const offset = locate(frame, place, width / 8, true);
  const host = frame.temporary();
  code.set(host);
  return {
    read() {
      code.get(host);
      loadHost(frame, width, offset);
    },
    write(value) {
      code.get(host);
      code.get(value);
      storeHost(frame, width, offset);
    },
    close() {
      frame.release(host);
    },
  };
}
