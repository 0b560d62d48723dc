/**
 * x87 instructions on registers that are locals (`x87-registers.ts`). Each has two arms, as in `simd-floats.ts`: the usual case in place
 * (`x87-values.ts`), and the soft-float core's functions on values, which say when an exception is unmasked: then the region is left
 * before the instruction. What is in neither is the soft-float core's on the state.
 */
import { FpuState } from '../../softfloat/softfloat.ts';
import type { X87Format } from '../ir.ts';
import type { Label } from '../wasm/code.ts';
import { Op } from '../wasm/opcodes.ts';
import type { FlagWriter } from './flags.ts';
import { loadHost, storeHost } from './memory.ts';
import type { Named, X87 } from './x87.ts';
import { BYTES, isComparison, open } from './x87.ts';
import { createX87Arms, LONG, WORD } from './x87-arms.ts';
import { createX87Comparisons } from './x87-comparisons.ts';
import { emitNarrow } from './x87-formats.ts';
import type { X87Operation } from './x87-pointers.ts';
import { SPECIAL, type Value, type X87Registers } from './x87-registers.ts';
import { BIAS, emitProduct, emitSum, type Result, SIGN } from './x87-values.ts';

/** The numbers of the soft-float core, which are the digits of opcodes. */
const Digit = { Add: 0, Multiply: 1, Subtract: 4, SubtractFrom: 5 } as const;
/** FLD1 and FLDZ among the constants. */
const ONE = 0;
const ZERO = 6;

export interface X87Locals {
  /** Whether the operation was such that it is done. */
  emit(of: X87Operation): boolean;
}

export function createX87Locals(x87: X87, registers: X87Registers, flags: FlagWriter): X87Locals {
  const { frame, pointers } = x87;
  const { code } = frame;
  const arms = createX87Arms(x87, registers);
  const { scratch, bits, operand, call, get, copy, twoArms, note, keep, take, loadBits, kindOf, widen } =
    arms;
  const { emitComparison, setCodes, emitCompareRegister, emitOrder } = createX87Comparisons(
    frame,
    registers,
    arms,
    flags,
  );

  function arithmetic(digit: number, a: Value, b: Value, slow: Label): Result | undefined {
    switch (digit) {
      case Digit.Add:
        return emitSum(code, scratch, a, b, undefined, slow);
      case Digit.Subtract:
        return emitSum(code, scratch, a, b, 'b', slow);
      case Digit.SubtractFrom:
        return emitSum(code, scratch, a, b, 'a', slow);
      case Digit.Multiply:
        return emitProduct(code, scratch, a, b, slow);
    }
    return undefined;
  }

  function emitArithmeticRegisters([digit, to, from, pops]: readonly number[]): void {
    const a = registers.any(to!);
    const b = registers.any(from!);
    const slow = () => {
      code.const(digit!);
      get(a);
      get(b);
      call('operateValues', [WORD, LONG, WORD, LONG, WORD]);
      take(a);
    };
    if (digit! > Digit.SubtractFrom) {
      slow();
      registers.renewC1();
    } else
      twoArms(
        [a, b],
        (label) => {
          keep(arithmetic(digit!, a, b, label)!, a);
        },
        slow,
      );
    registers.fill(to!);
    registers.fill(from!);
    if (pops) registers.pop();
  }

  function emitArithmetic({ insn, digit, format, from }: Named<'x87-arithmetic'>): boolean {
    if (format === 'extended') return false;
    const { linear, host } = open(x87, from, BYTES[format], false);
    loadBits(host, format);
    const a = registers.any(0);
    if (isComparison(digit)) {
      emitComparison(
        a,
        operand,
        (label) => {
          widen(format, operand, label);
        },
        () => {
          get(a);
          code.const(kindOf(format));
          code.get(bits);
          call('compareMemoryValue', [LONG, WORD, WORD, LONG]);
        },
        setCodes,
      );
      registers.fill(0);
      if (digit === 3) registers.pop();
    } else {
      const slow = () => {
        code.const(digit);
        get(a);
        code.const(kindOf(format));
        code.get(bits);
        call('operateMemoryValue', [WORD, LONG, WORD, WORD, LONG]);
        take(a);
      };
      if (digit > Digit.SubtractFrom) {
        slow();
        registers.renewC1();
      } else
        twoArms(
          [a],
          (label) => {
            widen(format, operand, label);
            keep(arithmetic(digit, a, operand, label)!, a);
          },
          slow,
        );
      registers.fill(0);
    }
    pointers.remember(insn.imm, linear, from.seg);
    frame.release(linear, host);
    return true;
  }

  function emitLoad({ insn, format, from }: Named<'x87-load'>): void {
    const { linear, host } = open(x87, from, BYTES[format], false);
    const to = registers.free();
    if (format === 'extended') loadExtended(host, to);
    else {
      loadBits(host, format);
      twoArms(
        [],
        (label) => {
          widen(format, operand, label);
          copy(operand, to);
          registers.clearC1();
        },
        () => {
          code.const(kindOf(format));
          code.get(bits);
          call('loadValue', [WORD, LONG]);
          take(to);
        },
      );
    }
    registers.push();
    pointers.remember(insn.imm, linear, from.seg);
    frame.release(linear, host);
  }
  /** Any bits, as they are. */
  function loadExtended(host: number, to: Value): void {
    code.get(host);
    code.memory(Op.i64Load, 0);
    code.set(to.significand);
    code.get(host);
    loadHost(frame, 16, 8);
    code.set(to.word);
    registers.classify(to);
    registers.clearC1();
  }
  function emitConstant(number: number): boolean {
    if (number !== ONE && number !== ZERO) return false;
    const { significand, word } = registers.free();
    code.const64(0, number === ONE ? 1 << 31 : 0);
    code.set(significand);
    code.const(number === ONE ? BIAS : SPECIAL);
    code.set(word);
    registers.clearC1();
    registers.push();
    return true;
  }

  function emitStore({ insn, format, pops, to }: Named<'x87-store'>): void {
    const { linear, host } = open(x87, to, BYTES[format], true);
    if (format === 'extended') storeExtended(host);
    else storeRounded(host, format);
    registers.fill(0);
    if (pops) registers.pop();
    pointers.remember(insn.imm, linear, to.seg);
    frame.release(linear, host);
  }
  function storeExtended(host: number): void {
    const { significand, word } = registers.full(0);
    code.get(host);
    code.get(significand);
    code.memory(Op.i64Store, 0);
    code.get(host);
    code.get(word);
    storeHost(frame, 16, 8);
    registers.clearC1();
  }
  function storeRounded(host: number, format: Exclude<X87Format, 'extended'>): void {
    const from = registers.any(0);
    const store = () => {
      if (format === 'double' || format === 'quad') code.memory(Op.i64Store, 0);
      else {
        code.op(Op.i32WrapI64);
        storeHost(frame, format === 'word' ? 16 : 32, 0);
      }
    };
    const slow = () => {
      const real = format === 'single' || format === 'double';
      code.const(real ? kindOf(format) : BYTES[format] * 8);
      get(from);
      call(real ? 'storeValue' : 'storeIntegerValue', [WORD, LONG, WORD]);
      code.op(Op.i32Eqz);
      code.if();
      frame.leaveHere();
      code.end();
      code.get(host);
      code.const(0);
      code.memory(Op.i64Load, FpuState.Output);
      store();
    };
    if (format === 'single' || format === 'double')
      twoArms(
        [from],
        (label) => {
          const result = emitNarrow(code, scratch, format, from, label);
          code.get(host);
          code.get(result.bits);
          store();
          note(result);
        },
        slow,
      );
    else {
      slow();
      registers.renewC1();
    }
  }

  function emitChangeSign(change: boolean): void {
    const { word } = registers.full(0);
    code.get(word);
    code.const(change ? SIGN : ~SIGN);
    code.op(change ? Op.i32Xor : Op.i32And);
    code.set(word);
    registers.clearC1();
  }
  function emitSquareRoot(): void {
    const value = registers.any(0);
    get(value);
    call('squareRootValue', [LONG, WORD]);
    take(value);
    registers.renewC1();
    registers.fill(0);
  }
  function emitExchange(register: number): void {
    const a = registers.full(0);
    const b = registers.full(register);
    if (a !== b) {
      copy(a, operand);
      copy(b, a);
      copy(operand, b);
    }
    registers.clearC1();
  }
  function emitConditionalMove({ register, condition }: Named<'x87-conditional-move'>): void {
    const to = registers.full(0);
    const from = registers.full(register);
    const holds = frame.temporary();
    flags.condition(condition);
    code.set(holds);
    for (const part of ['significand', 'word'] as const) {
      code.get(from[part]);
      code.get(to[part]);
      code.get(holds);
      code.op(Op.select);
      code.set(to[part]);
    }
    frame.release(holds);
  }

  function emitCall({ name, numbers }: Named<'x87-call'>): boolean {
    switch (name) {
      case 'arithmeticRegisters':
        emitArithmeticRegisters(numbers);
        return true;
      case 'compareRegister':
        emitCompareRegister(numbers);
        return true;
      case 'changeSign':
        emitChangeSign(numbers[0] === 1);
        return true;
      case 'squareRootTop':
        emitSquareRoot();
        return true;
      case 'exchange':
        emitExchange(numbers[0]!);
        return true;
      case 'loadRegister': {
        const from = registers.full(numbers[0]!);
        const to = registers.free();
        copy(from, to);
        registers.clearC1();
        registers.push();
        return true;
      }
      case 'storeRegister': {
        copy(registers.full(0), registers.any(numbers[0]!));
        registers.fill(numbers[0]!);
        registers.clearC1();
        if (numbers[1] === 1) registers.pop();
        return true;
      }
      case 'loadConstant':
        return emitConstant(numbers[0]!);
    }
    return false;
  }
  return {
    emit(of) {
      switch (of.op) {
        case 'x87-call':
          if (!emitCall(of)) return false;
          pointers.remember(of.insn.imm);
          return true;
        case 'x87-order':
          emitOrder(of);
          pointers.remember(of.insn.imm);
          return true;
        case 'x87-conditional-move':
          emitConditionalMove(of);
          pointers.remember(of.insn.imm);
          return true;
        case 'x87-load':
          emitLoad(of);
          return true;
        case 'x87-store':
          emitStore(of);
          return true;
        case 'x87-arithmetic':
          return emitArithmetic(of);
        case 'x87-wait':
          return true;
        default:
          return false;
      }
    },
  };
}
