/** Multiplication and division (SDM vol. 2; the flags as in `core/cpu/integer/muldiv.ts`). */
import { EAX, EDX } from '../../cpu/state.ts';
import { Flags, type Operation } from '../ir.ts';
import { whole } from '../lift-operands.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import { type FlagWriter, signExtend } from './flags.ts';
import { setOverflow } from './flag-words.ts';
import type { Frame } from './frame.ts';
import { getPair, getPart, open, read, setPair, setPart, setPartFromStack, take } from './operands.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

/**
 * The flags of a product: CF and OF say whether its upper half matters; SF and PF are those of the lower half, ZF is clear.
 * @param overflow leaves 0 or 1 on the stack
 */
function multiplied(frame: Frame, flags: FlagWriter, low: number, live: number, overflow: () => void): void {
  const { code, locals } = frame;
  if ((live & (Flags.Carry | Flags.Overflow)) !== 0) {
    const matters = frame.temporary();
    overflow();
    code.set(matters);
    if ((live & Flags.Overflow) !== 0)
      setOverflow(frame, () => {
        code.get(matters);
        code.const(31);
        code.op(Op.i32Shl);
      });
    if ((live & Flags.Carry) !== 0) {
      code.get(matters);
      flags.carry();
    }
    frame.release(matters);
  }
  if ((live & Flags.Result) !== 0) {
    // Not zero, but with the even parity of zero.
    code.get(low);
    code.op(Op.i32Eqz);
    code.tee(locals.adjust);
    code.get(low);
    code.op(Op.i32Or);
    code.set(locals.result);
  }
  if (live !== 0) flags.known = 'nothing';
}

export function emitMultiply(frame: Frame, flags: FlagWriter, operation: Named<'multiply'>): void {
  const { code } = frame;
  const { width, to, a: first, b: second, flags: live } = operation;
  if (live === 0 && width === 32) {
    read(frame, first, width);
    read(frame, second, width);
    code.op(Op.i32Mul);
    setPartFromStack(frame, to, width);
    return;
  }
  const a = take(frame, first, width);
  const b = take(frame, second, width);
  const r = frame.temporary();
  const extended = (local: number) => {
    code.get(local);
    signExtend(frame, width);
  };
  extended(a);
  extended(b);
  code.op(Op.i32Mul);
  code.set(r);
  const target = open(frame, to, width);
  target.write(r);
  const low = frame.temporary();
  code.get(r);
  signExtend(frame, width);
  code.set(low);
  multiplied(frame, flags, low, live, () => {
    if (width === 16) {
      code.get(low);
      code.get(r);
      code.op(Op.i32Ne);
      return;
    }
    code.get(a);
    code.op(Op.i64ExtendI32S);
    code.get(b);
    code.op(Op.i64ExtendI32S, Op.i64Mul);
    code.get(r);
    code.op(Op.i64ExtendI32S, Op.i64Ne);
  });
  frame.release(a, b, r, low);
}

/** AH and DX, where the upper half of a product or a dividend is, and the remainder. */
const UPPER = {
  8: { kind: 'register', register: EAX, high: true },
  16: whole(EDX),
} as const;

export function emitWideMultiply(frame: Frame, flags: FlagWriter, operation: Named<'wide-multiply'>): void {
  const { width } = operation;
  if (width !== 32) {
    emitShortMultiply(frame, flags, operation, width);
    return;
  }
  const { code, locals } = frame;
  const { signed, from, flags: live } = operation;
  const extend = signed ? Op.i64ExtendI32S : Op.i64ExtendI32U;
  const product = code.local(Type.i64);
  read(frame, from, 32);
  code.op(extend);
  frame.getRegister(EAX);
  code.op(extend, Op.i64Mul);
  code.set(product);
  setPair(frame, EDX, EAX, product);
  multiplied(frame, flags, locals.registers[EAX]!, live, () => {
    frame.getRegister(EDX);
    if (signed) {
      frame.getRegister(EAX);
      code.const(31);
      code.op(Op.i32ShrS);
    } else code.const(0);
    code.op(Op.i32Ne);
  });
}

/** AX or DX:AX from AL or AX. */
function emitShortMultiply(
  frame: Frame,
  flags: FlagWriter,
  { signed, from, flags: live }: Named<'wide-multiply'>,
  width: 8 | 16,
): void {
  const { code } = frame;
  const product = frame.temporary();
  const low = frame.temporary();
  for (const factor of [from, whole(EAX)]) {
    read(frame, factor, width);
    if (signed) signExtend(frame, width);
  }
  code.op(Op.i32Mul);
  code.set(product);
  setPart(frame, whole(EAX), 16, product);
  if (width === 16) {
    code.get(product);
    code.const(16);
    code.op(Op.i32ShrU);
    setPartFromStack(frame, UPPER[16], 16);
  }
  code.get(product);
  signExtend(frame, width);
  code.set(low);
  multiplied(frame, flags, low, live, () => {
    code.get(product);
    if (signed) code.get(low);
    else {
      code.const(width);
      code.op(Op.i32ShrU);
      code.const(0);
    }
    code.op(Op.i32Ne);
  });
  frame.release(product, low);
}

/** AL and AH, or AX and DX, from AX or DX:AX. */
function emitShortDivide(frame: Frame, { signed, from }: Named<'divide'>, width: 8 | 16): void {
  const { code } = frame;
  const a = frame.temporary();
  const b = frame.temporary();
  const quotient = frame.temporary();
  read(frame, from, width);
  if (signed) signExtend(frame, width);
  code.set(b);
  if (width === 16) {
    frame.getRegister(EDX);
    code.const(16);
    code.op(Op.i32Shl);
  }
  getPart(frame, whole(EAX), 16);
  if (width === 16) code.op(Op.i32Or);
  else if (signed) signExtend(frame, 16);
  code.set(a);
  if (signed) {
    code.get(b);
    code.op(Op.i32Eqz);
    if (width === 16) {
      // The only quotient that is too large for WebAssembly's division.
      code.get(a);
      code.const(-0x8000_0000);
      code.op(Op.i32Eq);
      code.get(b);
      code.const(-1);
      code.op(Op.i32Eq, Op.i32And, Op.i32Or);
    }
  } else {
    code.get(a);
    code.const(width);
    code.op(Op.i32ShrU);
    code.get(b);
    code.op(Op.i32GeU);
  }
  leaveIf(frame);
  code.get(a);
  code.get(b);
  code.op(signed ? Op.i32DivS : Op.i32DivU);
  code.set(quotient);
  if (signed) {
    code.get(quotient);
    code.get(quotient);
    signExtend(frame, width);
    code.op(Op.i32Ne);
    leaveIf(frame);
  }
  setPart(frame, whole(EAX), width, quotient);
  code.get(a);
  code.get(quotient);
  code.get(b);
  code.op(Op.i32Mul, Op.i32Sub);
  setPartFromStack(frame, UPPER[width], width);
  frame.release(a, b, quotient);
}

/** Leaves before the instruction if there is something other than 0 on the stack. */
function leaveIf(frame: Frame): void {
  frame.code.if();
  frame.leaveHere();
  frame.code.end();
}

/** What is not an ordinary division leaves: the interpreter raises #DE, and does those of 64-bit signed dividends. */
export function emitDivide(frame: Frame, operation: Named<'divide'>): void {
  const { width } = operation;
  if (width !== 32) {
    emitShortDivide(frame, operation, width);
    return;
  }
  const { code } = frame;
  const b = take(frame, operation.from, 32);
  const quotient = frame.temporary();
  if (operation.signed) {
    // The dividend is a sign-extended EAX, and the quotient fits.
    frame.getRegister(EDX);
    frame.getRegister(EAX);
    code.const(31);
    code.op(Op.i32ShrS, Op.i32Ne);
    code.get(b);
    code.op(Op.i32Eqz, Op.i32Or);
    frame.getRegister(EAX);
    code.const(-0x8000_0000);
    code.op(Op.i32Eq);
    code.get(b);
    code.const(-1);
    code.op(Op.i32Eq, Op.i32And, Op.i32Or);
    leaveIf(frame);
    frame.getRegister(EAX);
    code.get(b);
    code.op(Op.i32DivS);
  } else {
    frame.getRegister(EDX);
    code.get(b);
    code.op(Op.i32GeU);
    leaveIf(frame);
    frame.getRegister(EDX);
    code.op(Op.i32Eqz);
    // Most dividends are small, and a processor divides those much faster.
    code.if(Type.i32);
    frame.getRegister(EAX);
    code.get(b);
    code.op(Op.i32DivU);
    code.else();
    getPair(frame, EDX, EAX);
    code.get(b);
    code.op(Op.i64ExtendI32U, Op.i64DivU, Op.i32WrapI64);
    code.end();
  }
  code.set(quotient);
  // A multiplication costs less than the second division, and the engine makes two.
  frame.getRegister(EAX);
  code.get(quotient);
  code.get(b);
  code.op(Op.i32Mul, Op.i32Sub);
  frame.setRegister(EDX);
  code.get(quotient);
  frame.setRegister(EAX);
  frame.release(b, quotient);
}
