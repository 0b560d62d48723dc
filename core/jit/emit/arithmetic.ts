/** Addition, subtraction, logic and what is made of them (SDM vol. 2; the flags as in `core/cpu/integer/alu.ts`). */
import { EAX, EBX, ECX, EDX } from '../../cpu/state.ts';
import { Flags, type Operation, type Place } from '../ir.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import type { FlagWriter } from './flags.ts';
import type { Frame } from './frame.ts';
import { isMemory } from '../lift.ts';
import { locate } from './memory.ts';
import { getPair, open, read, setPair, take, type Target, type Value, valueOf, view } from './operands.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

/** The carry out of each bit of a + b = r, or the borrow of a - b = r. Leaves it on the stack. */
function carryWord({ code }: Frame, a: Value, b: Value, r: number, borrow: boolean): void {
  const first = () => {
    a.get();
    if (!borrow) return;
    code.const(-1);
    code.op(Op.i32Xor);
  };
  first();
  b.get();
  code.op(Op.i32And);
  first();
  b.get();
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
  if (writes && to.kind === 'register' && width === 32 && live === 0) {
    // A source in memory is read first, for it may leave.
    const b = view(frame, from, width);
    compute(view(frame, to, width), b);
    frame.setRegister(to.register);
    b.release();
    return;
  }
  const r = frame.temporary();
  const b = view(frame, from, width);
  const target = writes && isMemory(to) ? open(frame, to, width) : undefined;
  const a = target ? valueOf(frame, keep(frame, target)) : view(frame, to, width);
  compute(a, b);
  code.set(r);
  setFlags(a, b);
  if (writes) (target ?? open(frame, to, width)).write(r);
  target?.close();
  a.release();
  b.release();
  frame.release(r);

  /** Leaves the result on the stack. */
  function compute(x: Value, y: Value): void {
    x.get();
    y.get();
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
  }
  function setFlags(x: Value, y: Value): void {
    switch (name) {
      case 'add':
        flags.subtraction(valueOf(frame, r), x, width, live);
        flags.known = 'nothing';
        break;
      case 'sub':
      case 'cmp':
        flags.subtraction(x, y, width, live);
        flags.known = 'subtraction';
        break;
      case 'adc':
      case 'sbb': {
        if ((live & (Flags.Overflow | Flags.Carry)) !== 0) {
          const word = frame.temporary();
          carryWord(frame, x, y, r, name === 'sbb');
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

/** What a target holds, in a temporary. */
function keep(frame: Frame, target: Target): number {
  target.read();
  const local = frame.temporary();
  frame.code.set(local);
  return local;
}

export function emitUnary(frame: Frame, flags: FlagWriter, operation: Named<'unary'>): void {
  const { code } = frame;
  const { name, width, to, flags: live } = operation;
  const target = open(frame, to, width);
  const a = to.kind === 'register' ? view(frame, to, width) : valueOf(frame, keep(frame, target));
  const b: Value = {
    get() {
      code.const(name === 'not' ? -1 : name === 'neg' ? 0 : 1);
    },
    release: () => undefined,
  };
  const r = frame.temporary();
  const [first, second] = name === 'neg' ? [b, a] : [a, b];
  first.get();
  second.get();
  code.op(name === 'not' ? Op.i32Xor : name === 'inc' ? Op.i32Add : Op.i32Sub);
  code.set(r);
  if (name !== 'not') {
    const kept = name === 'neg' ? live : live & ~Flags.Carry;
    if (name === 'inc') flags.subtraction(valueOf(frame, r), a, width, kept);
    else flags.subtraction(first, second, width, kept);
    flags.result(r, width, live);
    // INC and DEC keep CF, which is not that of x and y then.
    flags.known = name === 'neg' ? 'subtraction' : 'nothing';
  }
  target.write(r);
  target.close();
  a.release();
  frame.release(r);
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
  flags.subtraction(valueOf(frame, a), valueOf(frame, old), width, live);
  flags.result(r, width, live);
  flags.known = 'subtraction';
  frame.release(old, a, b, r);
}

/** CMPXCHG8B: writes in either case, and changes no flag but ZF. */
export function emitCompareExchange8(
  frame: Frame,
  flags: FlagWriter,
  { to, flags: live }: Named<'compare-exchange-8'>,
): void {
  const { code, locals } = frame;
  const offset = locate(frame, to, 8, true);
  const host = frame.temporary();
  const old = code.local(Type.i64);
  const differs = frame.temporary();
  code.tee(host);
  code.memory(Op.i64Load, offset);
  code.set(old);
  code.get(old);
  getPair(frame, EDX, EAX);
  code.op(Op.i64Ne);
  code.set(differs);
  code.get(host);
  code.get(old);
  getPair(frame, ECX, EBX);
  code.get(differs);
  code.op(Op.select);
  code.memory(Op.i64Store, offset);
  code.get(differs);
  code.if();
  setPair(frame, EDX, EAX, old);
  code.end();
  if ((live & Flags.Result) !== 0) {
    // SF and PF are those of result ^ adjust, which stays.
    code.get(locals.result);
    code.get(locals.adjust);
    code.op(Op.i32Xor);
    code.get(differs);
    code.op(Op.i32Xor);
    code.set(locals.adjust);
    code.get(differs);
    code.set(locals.result);
    flags.known = 'nothing';
  }
  frame.release(host, differs);
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
  flags.subtraction(valueOf(frame, r), valueOf(frame, old), width, live);
  flags.result(r, width, live);
  flags.known = 'nothing';
  frame.release(old, r);
}
