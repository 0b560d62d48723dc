/** Addition, subtraction, logic and what is made of them (SDM vol. 2; the flags as in `core/cpu/integer/alu.ts`). */
import { EAX } from '../../cpu/state.ts';
import { Flags, type Operation, type Place } from '../ir.ts';
import { Op } from '../wasm/opcodes.ts';
import type { FlagWriter } from './flags.ts';
import type { Frame } from './frame.ts';
import { open, read, take } from './operands.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

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
