/** Shifts and rotates (SDM vol. 2; the flags as in `core/cpu/integer/shift.ts`). */
import { Flags, type Operand, type Operation, type Width } from '../ir.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import { type FlagWriter, signExtend } from './flags.ts';
import { auxiliaryBit, setOverflow } from './flag-words.ts';
import type { Frame } from './frame.ts';
import { getPart, open, read } from './operands.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

/** The operations on 32 bits. */
const WHOLE = {
  rol: Op.i32Rotl,
  ror: Op.i32Rotr,
  shl: Op.i32Shl,
  shr: Op.i32ShrU,
  sar: Op.i32ShrS,
} as const;

/**
 * Puts a count into a local and emits what is done by it: nothing is, flags included, if CL has 0 in its lower five bits.
 * @param turn so many places are all the way round, for what turns by less than 32
 */
function counted(frame: Frame, count: Operand, local: number, body: () => void, turn = 32): void {
  const { code } = frame;
  if (count.kind === 'constant') {
    code.const(count.value);
    code.set(local);
    body();
    return;
  }
  read(frame, count, 8);
  code.const(31);
  code.op(Op.i32And);
  if (turn < 32) {
    code.const(turn);
    code.op(Op.i32RemU);
  }
  code.tee(local);
  code.if();
  body();
  code.end();
}

export function emitShift(frame: Frame, flags: FlagWriter, operation: Named<'shift'>): void {
  const { code } = frame;
  const { name, width, to, count, flags: live, keepsOverflow } = operation;
  if (name === 'rcl' || name === 'rcr') {
    emitRotateThroughCarry(frame, flags, operation);
    return;
  }
  if (live === 0 && width === 32 && to.kind === 'register') {
    frame.getRegister(to.register);
    // Of CL both take the lower five bits; by 0 nothing moves.
    read(frame, count, 8);
    code.op(WHOLE[name]);
    frame.setRegister(to.register);
    return;
  }
  const target = open(frame, to, width);
  const a = frame.temporary();
  const n = frame.temporary();
  const r = frame.temporary();
  target.read();
  code.set(a);
  counted(frame, count, n, body);
  target.close();
  frame.release(a, n, r);
  if (live !== 0) flags.known = 'nothing';

  function rotate(): void {
    if (width === 32) {
      code.get(a);
      code.get(n);
      code.op(name === 'rol' ? Op.i32Rotl : Op.i32Rotr);
    } else {
      // The value twice (16 bits) or four times (8 bits) makes a 32-bit rotation one of the value.
      code.get(a);
      code.const(width === 16 ? 0x1_0001 : 0x101_0101);
      code.op(Op.i32Mul);
      code.get(n);
      code.op(name === 'rol' ? Op.i32Rotl : Op.i32Rotr);
    }
    code.set(r);
  }
  function shift(): void {
    code.get(a);
    if (name === 'sar') signExtend(frame, width);
    code.get(n);
    code.op(name === 'shl' ? Op.i32Shl : name === 'shr' ? Op.i32ShrU : Op.i32ShrS);
    code.set(r);
  }
  function topBit(fromTop: number): void {
    bitFromTop(frame, a, width, fromTop);
  }
  /** CF: of shifts the last bit that went out, of rotates the last one that came in. */
  function carryBit(): void {
    switch (name) {
      case 'rol':
        code.get(r);
        break;
      case 'ror':
        code.get(r);
        code.const(width - 1);
        code.op(Op.i32ShrU);
        break;
      case 'shl':
        // Bit width - n, or nothing when more than the width has gone.
        code.get(a);
        code.op(Op.i64ExtendI32U);
        code.get(n);
        code.op(Op.i64ExtendI32U, Op.i64Shl);
        code.const64(width, 0);
        code.op(Op.i64ShrU, Op.i32WrapI64);
        break;
      default:
        code.get(a);
        if (name === 'sar') signExtend(frame, width);
        code.get(n);
        code.const(1);
        code.op(Op.i32Sub);
        code.op(name === 'sar' ? Op.i32ShrS : Op.i32ShrU);
    }
    code.const(1);
    code.op(Op.i32And);
  }
  /** OF of a shift by one, as bit 31: see `core/cpu/integer/shift.ts`. */
  function overflowBit(): void {
    switch (name) {
      case 'rol':
      case 'shl':
        topBit(0);
        topBit(1);
        code.op(Op.i32Xor);
        break;
      case 'ror':
        topBit(0);
        code.get(a);
        code.const(31);
        code.op(Op.i32Shl, Op.i32Xor);
        break;
      case 'shr':
        topBit(0);
        break;
      case 'sar':
        code.const(0);
        break;
    }
  }
  function body(): void {
    const rotates = name === 'rol' || name === 'ror';
    if (rotates) rotate();
    else shift();
    target.write(r);
    if ((live & Flags.Carry) !== 0) {
      carryBit();
      flags.carry();
    }
    if ((live & Flags.Overflow) !== 0 && !keepsOverflow) {
      if (rotates) setOverflowOnly(frame, overflowBit);
      else setOverflow(frame, overflowBit);
    }
    if (!rotates) flags.result(r, width, live);
  }
}

/** Leaves a bit of a local as bit 31, counted from the top of its width. */
function bitFromTop({ code }: Frame, local: number, width: Width, fromTop: number): void {
  code.get(local);
  code.const(32 - width + fromTop);
  code.op(Op.i32Shl);
}

/** As `setOverflow`, but AF stays. */
function setOverflowOnly(frame: Frame, value: () => void): void {
  const { code, locals } = frame;
  const kept = frame.temporary();
  auxiliaryBit(code, locals);
  code.set(kept);
  setOverflow(frame, value);
  code.get(locals.y);
  code.get(kept);
  code.op(Op.i32Or);
  code.set(locals.y);
  frame.release(kept);
}

/** RCL and RCR: CF and the operand are one number of `width` + 1 bits, which is rotated. */
function emitRotateThroughCarry(frame: Frame, flags: FlagWriter, operation: Named<'shift'>): void {
  const { code } = frame;
  const { name, width, to, count, flags: live } = operation;
  const left = name === 'rcl';
  const target = open(frame, to, width);
  const a = frame.temporary();
  const n = frame.temporary();
  const r = frame.temporary();
  const number = code.local(Type.i64);
  const turn = width + 1;
  target.read();
  code.set(a);
  counted(frame, count, n, body, turn);
  target.close();
  frame.release(a, n, r);
  flags.known = 'nothing';

  /** By `n`, or by what is left of a whole turn. */
  function shifted(opcode: number, byRest: boolean): void {
    code.get(number);
    if (byRest) code.const(turn);
    code.get(n);
    if (byRest) code.op(Op.i32Sub);
    code.op(Op.i64ExtendI32U, opcode);
  }
  function body(): void {
    flags.getCarry();
    code.op(Op.i64ExtendI32U);
    code.const64(width, 0);
    code.op(Op.i64Shl);
    code.get(a);
    code.op(Op.i64ExtendI32U, Op.i64Or);
    code.set(number);
    const overflow = frame.temporary();
    if ((live & Flags.Overflow) !== 0) {
      bitFromTop(frame, a, width, 0);
      if (left) bitFromTop(frame, a, width, 1);
      else {
        flags.getCarry();
        code.const(31);
        code.op(Op.i32Shl);
      }
      code.op(Op.i32Xor);
      code.set(overflow);
    }
    shifted(Op.i64Shl, !left);
    shifted(Op.i64ShrU, left);
    code.op(Op.i64Or);
    code.set(number);
    code.get(number);
    code.op(Op.i32WrapI64);
    code.set(r);
    target.write(r);
    if ((live & Flags.Carry) !== 0) {
      code.get(number);
      code.const64(width, 0);
      code.op(Op.i64ShrU, Op.i32WrapI64);
      code.const(1);
      code.op(Op.i32And);
      flags.carry();
    }
    if ((live & Flags.Overflow) !== 0)
      setOverflowOnly(frame, () => {
        code.get(overflow);
      });
    frame.release(overflow);
  }
}

export function emitDoubleShift(frame: Frame, flags: FlagWriter, operation: Named<'double-shift'>): void {
  const { code } = frame;
  const { left, width, to, fill, count, flags: live } = operation;
  const target = open(frame, to, width);
  const a = frame.temporary();
  const n = frame.temporary();
  const r = frame.temporary();
  /** Of words: operand, fill, and the operand again, which is where counts above 16 lead. */
  const triple = width === 16 ? code.local(Type.i64) : undefined;
  target.read();
  code.set(a);
  counted(frame, count, n, body);
  target.close();
  frame.release(a, n, r);
  if (live !== 0) flags.known = 'nothing';

  function fillIn(): void {
    getPart(frame, fill, width);
  }
  function shifted(): void {
    if (width === 16) {
      code.get(triple!);
      code.get(n);
      code.op(Op.i64ExtendI32U, left ? Op.i64Shl : Op.i64ShrU);
      if (left) {
        code.const64(32, 0);
        code.op(Op.i64ShrU);
      }
      code.op(Op.i32WrapI64);
      return;
    }
    code.get(a);
    code.get(n);
    code.op(left ? Op.i32Shl : Op.i32ShrU);
    fillIn();
    // By 32 - n, which is 1 to 31.
    code.const(32);
    code.get(n);
    code.op(Op.i32Sub);
    code.op(left ? Op.i32ShrU : Op.i32Shl, Op.i32Or);
  }
  /** The last bit that went out, as bit 0. */
  function carryBit(): void {
    if (width === 16) {
      code.get(triple!);
      if (left) code.const(48);
      code.get(n);
      if (!left) code.const(1);
      code.op(Op.i32Sub, Op.i64ExtendI32U, Op.i64ShrU, Op.i32WrapI64);
      return;
    }
    code.get(a);
    if (left) code.const(32);
    code.get(n);
    if (!left) code.const(1);
    code.op(Op.i32Sub, Op.i32ShrU);
  }
  function body(): void {
    if (triple !== undefined) {
      code.get(a);
      code.op(Op.i64ExtendI32U);
      code.const64(1, 1);
      code.op(Op.i64Mul);
      fillIn();
      code.op(Op.i64ExtendI32U);
      code.const64(16, 0);
      code.op(Op.i64Shl, Op.i64Or);
      code.set(triple);
    }
    shifted();
    code.set(r);
    const sign = frame.temporary();
    if ((live & Flags.Overflow) !== 0) {
      bitFromTop(frame, a, width, 0);
      if (left) bitFromTop(frame, a, width, 1);
      else {
        fillIn();
        code.const(31);
        code.op(Op.i32Shl);
      }
      code.op(Op.i32Xor);
      code.set(sign);
    }
    target.write(r);
    if ((live & Flags.Carry) !== 0) {
      carryBit();
      code.const(1);
      code.op(Op.i32And);
      flags.carry();
    }
    if ((live & Flags.Overflow) !== 0)
      setOverflow(frame, () => {
        code.get(sign);
      });
    frame.release(sign);
    flags.result(r, width, live);
  }
}
