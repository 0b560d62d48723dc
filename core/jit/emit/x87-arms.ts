/**
 * The two arms of x87 instructions on registers that are locals, and what both are made of: see `x87-locals.ts`.
 */
import { FpuState, MemoryKind, type Softfloat } from '../../softfloat/softfloat.ts';
import type { X87Format } from '../ir.ts';
import type { Label } from '../wasm/code.ts';
import { Op, Type, type ValueType } from '../wasm/opcodes.ts';
import { loadHost } from './memory.ts';
import type { X87 } from './x87.ts';
import { emitFromInteger, emitWiden } from './x87-formats.ts';
import { SPECIAL, type Value, type X87Registers } from './x87-registers.ts';
import { createScratch, type Result } from './x87-values.ts';

/** Parameters of the soft-float core's functions. */
export const [LONG, WORD] = [Type.i64, Type.i32];

export type X87Arms = ReturnType<typeof createX87Arms>;

export function createX87Arms(x87: X87, registers: X87Registers) {
  const { frame } = x87;
  const { code } = frame;
  const scratch = createScratch(code);
  /** An operand in memory as its bits, and as a value. */
  const bits = code.local(Type.i64);
  const operand: Value = { significand: code.local(Type.i64), word: code.local() };

  function call(name: keyof Softfloat, parameters: readonly ValueType[]): void {
    code.callSymbol(x87.importSoftfloat(name, parameters, 1));
  }
  function get({ significand, word }: Value): void {
    code.get(significand);
    code.get(word);
  }
  function copy(from: Value, to: Value): void {
    if (from === to) return;
    code.get(from.significand);
    code.set(to.significand);
    code.get(from.word);
    code.set(to.word);
  }
  /** Runs `fast` if control and all of the values are as it wants them, and `slow` if not or if `fast` branches to its label. */
  function twoArms(values: readonly Value[], fast: (slow: Label) => void, slow: () => void): void {
    const done = code.block();
    const other = code.block();
    code.get(registers.unusual);
    for (const { word } of values) {
      code.get(word);
      code.op(Op.i32Or);
    }
    code.const(SPECIAL);
    code.op(Op.i32And);
    code.branchIf(other);
    fast(other);
    code.branch(done);
    code.end();
    slow();
    registers.renewC1();
    code.end();
  }
  /** What an operation in place has told beside its value. */
  function note({ lost, up }: Pick<Result, 'lost' | 'up'>): void {
    code.get(registers.inexact);
    code.get(lost);
    code.op(Op.i64Or);
    code.set(registers.inexact);
    code.get(up);
    code.set(registers.c1);
  }
  function keep(result: Result, to: Value): void {
    copy(result, to);
    note(result);
  }
  /** A function of the soft-float core has left a word, or refused. */
  function take(to: Value): void {
    const word = frame.temporary();
    code.tee(word);
    leaveIfNegative();
    code.get(word);
    code.set(to.word);
    code.const(0);
    code.memory(Op.i64Load, FpuState.Output);
    code.set(to.significand);
    frame.release(word);
  }
  function leaveIfNegative(): void {
    code.const(0);
    code.op(Op.i32LtS);
    code.if();
    frame.leaveHere();
    code.end();
  }

  /** Loads an operand's bits as an i64, integers with their sign. */
  function loadBits(host: number, format: Exclude<X87Format, 'extended'>): void {
    code.get(host);
    switch (format) {
      case 'double':
      case 'quad':
        code.memory(Op.i64Load, 0);
        break;
      case 'word':
        code.memory(Op.i32Load16S, 0);
        code.op(Op.i64ExtendI32S);
        break;
      default:
        loadHost(frame, 32, 0);
        code.op(format === 'single' ? Op.i64ExtendI32U : Op.i64ExtendI32S);
    }
    code.set(bits);
  }
  const kindOf = (format: X87Format) =>
    format === 'single' ? MemoryKind.Single : format === 'double' ? MemoryKind.Double : MemoryKind.Integer;
  /** The bits as a value that is a normal number. */
  function widen(format: X87Format, to: Value, slow: Label): void {
    if (format === 'single' || format === 'double') emitWiden(code, format, bits, to, slow);
    else emitFromInteger(code, scratch, bits, to, slow);
  }

  return {
    scratch,
    bits,
    operand,
    call,
    get,
    copy,
    twoArms,
    note,
    keep,
    take,
    leaveIfNegative,
    loadBits,
    kindOf,
    widen,
  };
}
