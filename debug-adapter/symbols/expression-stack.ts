/**
 * The stack of a DWARF expression and the operators that need nothing but it. Source: DWARF 5 §2.5.1.3 to §2.5.1.5.
 */
import { DW_OP } from './constants.ts';
import type { Cursor } from './cursor.ts';
import { hex, SymbolError } from './errors.ts';
import { binary, GENERIC, type StackValue, unary } from './expression-values.ts';
import { say, type Sentence } from '../../core/sentences/say.ts';

const STACK_LIMIT = 4096;

/** The result cannot be known: unwinds the evaluation to its end. */
export class Unknowable {
  constructor(readonly reason: Sentence) {}
}

/** The error for an expression that is none. */
export function malformed(what: Sentence): SymbolError {
  return new SymbolError(
    'dwarf-expression',
    say`A well-formed DWARF expression was expected, ${what} was found; the file is damaged, rebuild it.`,
  );
}

export class ExpressionStack {
  private readonly values: StackValue[] = [];

  get size(): number {
    return this.values.length;
  }

  push(value: number | bigint, type = GENERIC): void {
    if (this.values.length >= STACK_LIMIT) throw malformed(say`one that overflows its stack`);
    this.values.push({ bits: BigInt.asUintN(type.size * 8, BigInt(value)), type });
  }

  pop(): StackValue {
    const value = this.values.pop();
    if (!value) throw malformed(say`one that takes from an empty stack`);
    return value;
  }

  popNumber(): number {
    return Number(BigInt.asUintN(32, this.pop().bits));
  }

  /** Carries out an operator; false for those of other kinds. Stack operations, arithmetic and control flow: §2.5.1.3 to §2.5.1.5. */
  arithmetic(op: number, cursor: Cursor): boolean {
    switch (op) {
      case DW_OP.dup:
      case DW_OP.over:
      case DW_OP.pick: {
        const depth = op === DW_OP.dup ? 0 : op === DW_OP.over ? 1 : cursor.u8();
        const value = this.values[this.values.length - 1 - depth];
        if (!value) throw malformed(say`one that takes from an empty stack`);
        this.push(value.bits, value.type);
        return true;
      }
      case DW_OP.drop:
        this.pop();
        return true;
      case DW_OP.swap:
      case DW_OP.rot: {
        const count = op === DW_OP.swap ? 2 : 3;
        if (this.values.length < count) throw malformed(say`one that takes from an empty stack`);
        this.values.splice(this.values.length - count, 0, this.pop());
        return true;
      }
      case DW_OP.nop:
      case DW_OP.GNU_uninit:
        return true;
      case DW_OP.skip:
      case DW_OP.bra: {
        const offset = cursor.s16();
        if (op === DW_OP.skip || this.pop().bits !== 0n) {
          const target = cursor.pos + offset;
          if (target < 0 || target > cursor.end) throw malformed(say`a jump out of it`);
          cursor.pos = target;
        }
        return true;
      }
      case DW_OP.plus_uconst: {
        const { bits, type } = this.pop();
        this.push(bits + cursor.ulebBig(), type);
        return true;
      }
      case DW_OP.abs:
      case DW_OP.neg:
      case DW_OP.not: {
        const result = unary(op, this.pop());
        this.push(result.bits, result.type);
        return true;
      }
    }
    if (op < DW_OP.and || op > DW_OP.ne || op === DW_OP.bra) return false;
    const right = this.pop();
    const left = this.pop();
    const result = binary(op, left, right);
    if (result === 'division by zero') throw new Unknowable(say`its expression divides by zero`);
    if (!result) throw malformed(say`operator ${hex(op)} on a floating-point value`);
    this.push(result.bits, result.type);
    return true;
  }
}
