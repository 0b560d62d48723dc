/** Arithmetic, logic, shifts, multiplication and division (SDM vol. 2; the flags as in `core/cpu/integer`). */
import { EAX, EDX } from '../../cpu/state.ts';
import { Flags, type Operand, type Operation, type Place, type Width } from '../ir.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import { type FlagWriter, signExtend } from './flags.ts';
import { type Frame, setOverflow } from './frame.ts';
import { open, read } from './operands.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

/** Puts an operand into a new local. */
function take(frame: Frame, operand: Operand, width: Width): number {
  read(frame, operand, width);
  const local = frame.temporary();
  frame.code.set(local);
  return local;
}

/** The carry out of each bit of a + b = r, or the borrow of a - b = r. Leaves it on the stack. */
function carryWord({ code }: Frame, a: number, b: number, r: number, borrow: boolean): void {
  const first = () => {
    code.get(a);
    if (!borrow) return;
    code.const(-1);
    code.op(Op.i32Xor);
  };
  first();
  code.get(b);
  code.op(Op.i32And);
  first();
  code.get(b);
  code.op(Op.i32Or);
  code.get(r);
  if (!borrow) {
    code.const(-1);
    code.op(Op.i32Xor);
  }
  code.op(Op.i32And, Op.i32Or);
}

const LOGIC = { or: Op.i32Or, and: Op.i32And, xor: Op.i32Xor, test: Op.i32And } as const;

export function emitAlu(frame: Frame, flags: FlagWriter, operation: Named<'alu'>): void {
  const { code } = frame;
  const { name, width, to, from, flags: live } = operation;
  const writes = name !== 'cmp' && name !== 'test';
  const r = frame.temporary();
  if (writes) {
    // A source in memory means a destination in a register: it is read first, for it may leave.
    const b = take(frame, from, width);
    const target = open(frame, to, width);
    target.read();
    const a = frame.temporary();
    code.set(a);
    compute(a, b);
    target.write(r);
    target.close();
    setFlags(a, b);
    frame.release(a, b);
  } else {
    const a = take(frame, to, width);
    const b = take(frame, from, width);
    compute(a, b);
    setFlags(a, b);
    frame.release(a, b);
  }
  frame.release(r);

  function compute(a: number, b: number): void {
    code.get(a);
    code.get(b);
    switch (name) {
      case 'add':
        code.op(Op.i32Add);
        break;
      case 'sub':
      case 'cmp':
        code.op(Op.i32Sub);
        break;
      case 'adc':
        code.op(Op.i32Add);
        flags.getCarry();
        code.op(Op.i32Add);
        break;
      case 'sbb':
        code.op(Op.i32Sub);
        flags.getCarry();
        code.op(Op.i32Sub);
        break;
      default:
        code.op(LOGIC[name]);
    }
    code.set(r);
  }
  function setFlags(a: number, b: number): void {
    switch (name) {
      case 'add':
        flags.subtraction(r, a, width, live);
        flags.known = 'nothing';
        break;
      case 'sub':
      case 'cmp':
        flags.subtraction(a, b, width, live);
        flags.known = 'subtraction';
        break;
      case 'adc':
      case 'sbb': {
        if ((live & (Flags.Overflow | Flags.Carry)) !== 0) {
          const word = frame.temporary();
          carryWord(frame, a, b, r, name === 'sbb');
          code.set(word);
          flags.carries(word, width, live);
          frame.release(word);
        }
        flags.known = 'nothing';
        break;
      }
      default:
        flags.none(live);
        flags.known = 'logic';
    }
    flags.result(r, width, live);
  }
}

export function emitUnary(frame: Frame, flags: FlagWriter, operation: Named<'unary'>): void {
  const { code } = frame;
  const { name, width, to, flags: live } = operation;
  const target = open(frame, to, width);
  const a = frame.temporary();
  const b = frame.temporary();
  const r = frame.temporary();
  target.read();
  code.set(a);
  code.const(name === 'not' ? -1 : name === 'neg' ? 0 : 1);
  code.set(b);
  const [first, second] = name === 'neg' ? [b, a] : [a, b];
  code.get(first);
  code.get(second);
  code.op(name === 'not' ? Op.i32Xor : name === 'inc' ? Op.i32Add : Op.i32Sub);
  code.set(r);
  target.write(r);
  target.close();
  if (name !== 'not') {
    const kept = name === 'neg' ? live : live & ~Flags.Carry;
    if (name === 'inc') flags.subtraction(r, a, width, kept);
    else flags.subtraction(first, second, width, kept);
    flags.result(r, width, live);
    // INC and DEC keep CF, which is not that of x and y then.
    flags.known = name === 'neg' ? 'subtraction' : 'nothing';
  }
  frame.release(a, b, r);
}

export function emitShift(frame: Frame, flags: FlagWriter, operation: Named<'shift'>): void {
  const { code, locals } = frame;
  const { name, width, to, count, flags: live, keepsOverflow } = operation;
  const target = open(frame, to, width);
  const a = frame.temporary();
  const n = frame.temporary();
  const r = frame.temporary();
  target.read();
  code.set(a);
  if (count.kind === 'constant') {
    code.const(count.value);
    code.set(n);
    body();
  } else {
    read(frame, count, 8);
    code.const(31);
    code.op(Op.i32And);
    code.tee(n);
    code.if();
    body();
    code.end();
  }
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
  function auxiliary(): void {
    code.get(locals.x);
    code.get(locals.y);
    code.op(Op.i32Xor);
    code.get(locals.x);
    code.get(locals.y);
    code.op(Op.i32Sub, Op.i32Xor);
    code.get(locals.shift);
    code.op(Op.i32ShrU);
    code.const(1);
    code.op(Op.i32ShrU);
    code.const(8);
    code.op(Op.i32And);
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
        auxiliary();
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
  if (count.kind === 'constant') {
    code.const(count.value);
    code.set(n);
    body();
  } else {
    read(frame, count, 8);
    code.const(31);
    code.op(Op.i32And);
    code.tee(n);
    code.if();
    body();
    code.end();
  }
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

export function emitWideMultiply(frame: Frame, flags: FlagWriter, operation: Named<'wide-multiply'>): void {
  const { code, locals } = frame;
  const { signed, from, flags: live } = operation;
  const extend = signed ? Op.i64ExtendI32S : Op.i64ExtendI32U;
  const product = code.local(Type.i64);
  read(frame, from, 32);
  code.op(extend);
  frame.getRegister(EAX);
  code.op(extend, Op.i64Mul);
  code.tee(product);
  code.op(Op.i32WrapI64);
  frame.setRegister(EAX);
  code.get(product);
  code.const64(32, 0);
  code.op(Op.i64ShrU, Op.i32WrapI64);
  frame.setRegister(EDX);
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

/** What is not an ordinary division leaves: the interpreter raises #DE, and does those of 64-bit signed dividends. */
export function emitDivide(frame: Frame, operation: Named<'divide'>): void {
  const { code } = frame;
  const b = take(frame, operation.from, 32);
  const quotient = frame.temporary();
  const leaveIf = () => {
    code.if();
    frame.leaveHere();
    code.end();
  };
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
    leaveIf();
    frame.getRegister(EAX);
    code.get(b);
    code.op(Op.i32RemS);
    frame.getRegister(EAX);
    code.get(b);
    code.op(Op.i32DivS);
    frame.setRegister(EAX);
    frame.setRegister(EDX);
  } else {
    frame.getRegister(EDX);
    code.get(b);
    code.op(Op.i32GeU);
    leaveIf();
    frame.getRegister(EDX);
    code.op(Op.i32Eqz);
    code.if();
    frame.getRegister(EAX);
    code.get(b);
    code.op(Op.i32RemU);
    frame.getRegister(EAX);
    code.get(b);
    code.op(Op.i32DivU);
    frame.setRegister(EAX);
    frame.setRegister(EDX);
    code.else();
    const dividend = code.local(Type.i64);
    frame.getRegister(EDX);
    code.op(Op.i64ExtendI32U);
    code.const64(32, 0);
    code.op(Op.i64Shl);
    frame.getRegister(EAX);
    code.op(Op.i64ExtendI32U, Op.i64Or);
    code.set(dividend);
    for (const opcode of [Op.i64RemU, Op.i64DivU]) {
      code.get(dividend);
      code.get(b);
      code.op(Op.i64ExtendI32U, opcode, Op.i32WrapI64);
    }
    frame.setRegister(EAX);
    frame.setRegister(EDX);
    code.end();
  }
  frame.release(b, quotient);
}

/** CMPXCHG and XADD. */
export function emitCompareExchange(
  frame: Frame,
  flags: FlagWriter,
  operation: Named<'compare-exchange'>,
): void {
  const { code } = frame;
  const { width, to, from, flags: live } = operation;
  const accumulator: Place = { kind: 'register', register: EAX, high: false };
  const target = open(frame, to, width);
  const old = frame.temporary();
  target.read();
  code.set(old);
  const a = take(frame, accumulator, width);
  const b = take(frame, from, width);
  code.get(a);
  code.get(old);
  code.op(Op.i32Eq);
  code.if();
  target.write(b);
  code.else();
  // Memory is written in either case.
  if (to.kind === 'memory') target.write(old);
  open(frame, accumulator, width).write(old);
  code.end();
  target.close();
  const r = frame.temporary();
  code.get(a);
  code.get(old);
  code.op(Op.i32Sub);
  code.set(r);
  flags.subtraction(a, old, width, live);
  flags.result(r, width, live);
  flags.known = 'subtraction';
  frame.release(old, a, b, r);
}

export function emitExchangeAdd(frame: Frame, flags: FlagWriter, operation: Named<'exchange-add'>): void {
  const { code } = frame;
  const { width, to, from, flags: live } = operation;
  const target = open(frame, to, width);
  const old = frame.temporary();
  const r = frame.temporary();
  target.read();
  code.tee(old);
  read(frame, from, width);
  code.op(Op.i32Add);
  code.set(r);
  open(frame, from, width).write(old);
  target.write(r);
  target.close();
  flags.subtraction(r, old, width, live);
  flags.result(r, width, live);
  flags.known = 'nothing';
  frame.release(old, r);
}
