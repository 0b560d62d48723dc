/** Shifts and rotates (SDM vol. 2; the flags as in `core/cpu/integer/shift.ts`). */
import { Flags, type Operand, type Operation } from '../ir.ts';
import { Op } from '../wasm/opcodes.ts';
import { type FlagWriter, signExtend } from './flags.ts';
import { auxiliaryBit, setOverflow } from './flag-words.ts';
import type { Frame } from './frame.ts';
import { open, read } from './operands.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

/** The operations on 32 bits. */
const WHOLE = {
  rol: Op.i32Rotl,
  ror: Op.i32Rotr,
  shl: Op.i32Shl,
  shr: Op.i32ShrU,
  sar: Op.i32ShrS,
} as const;

/** Puts a count into a local and emits what is done by it: nothing is, flags included, if CL has 0 in its lower five bits. */
function counted(frame: Frame, count: Operand, local: number, body: () => void): void {
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
  code.tee(local);
  code.if();
  body();
  code.end();
}

export function emitShift(frame: Frame, flags: FlagWriter, operation: Named<'shift'>): void {
  const { code, locals } = frame;
  const { name, width, to, count, flags: live, keepsOverflow } = operation;
  if (live === 0 && width === 32 && to.kind === 'register' && count.kind === 'constant') {
    frame.getRegister(to.register);
    code.const(count.value);
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
  /** Bit `bit` of `a` as bit 31, where `bit` is counted from the top of its width. */
  function topBit(fromTop: number): void {
    code.get(a);
    code.const(32 - width + fromTop);
    code.op(Op.i32Shl);
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
      if (rotates) {
        const kept = frame.temporary();
        auxiliaryBit(code, locals);
        code.set(kept);
        setOverflow(frame, overflowBit);
        code.get(locals.y);
        code.get(kept);
        code.op(Op.i32Or);
        code.set(locals.y);
        frame.release(kept);
      } else setOverflow(frame, overflowBit);
    }
    if (!rotates) flags.result(r, width, live);
  }
}

export function emitDoubleShift(frame: Frame, flags: FlagWriter, operation: Named<'double-shift'>): void {
  const { code } = frame;
  const { left, to, fill, count, flags: live } = operation;
  const target = open(frame, to, 32);
  const a = frame.temporary();
  const n = frame.temporary();
  const r = frame.temporary();
  target.read();
  code.set(a);
  counted(frame, count, n, body);
  target.close();
  frame.release(a, n, r);
  if (live !== 0) flags.known = 'nothing';

  function fillIn(): void {
    frame.getRegister(fill.register);
  }
  function body(): void {
    code.get(a);
    code.get(n);
    code.op(left ? Op.i32Shl : Op.i32ShrU);
    fillIn();
    // By 32 - n, which is 1 to 31.
    code.const(32);
    code.get(n);
    code.op(Op.i32Sub);
    code.op(left ? Op.i32ShrU : Op.i32Shl, Op.i32Or);
    code.set(r);
    const sign = frame.temporary();
    if ((live & Flags.Overflow) !== 0) {
      code.get(a);
      if (left) {
        code.get(a);
        code.const(1);
        code.op(Op.i32Shl);
      } else {
        fillIn();
        code.const(31);
        code.op(Op.i32Shl);
      }
      code.op(Op.i32Xor);
      code.set(sign);
    }
    target.write(r);
    if ((live & Flags.Carry) !== 0) {
      code.get(a);
      if (left) code.const(32);
      code.get(n);
      if (!left) code.const(1);
      code.op(Op.i32Sub, Op.i32ShrU);
      code.const(1);
      code.op(Op.i32And);
      flags.carry();
    }
    if ((live & Flags.Overflow) !== 0)
      setOverflow(frame, () => {
        code.get(sign);
      });
    frame.release(sign);
    flags.result(r, 32, live);
  }
}
