/**
 * The flags in locals.
 *
 * `core/cpu/integer/flags.ts` keeps three words; here they are kept as what they can be computed from, so that an operation
 * whose flags nobody reads costs nothing and a comparison with its branch becomes one comparison:
 *
 * - ZF, SF and PF: `result` (sign extended) and `adjust`, as there;
 * - CF: carryX < carryY as unsigned numbers;
 * - OF and AF: those of the subtraction x - y.
 *
 * A subtraction a - b has x = a, y = b. An addition a + b = r is the subtraction r - a = b with another result: x = r,
 * y = a. Logic has x = y = 0. Operands of 8 and 16 bits are moved up so that their sign is bit 31; `shift` says how far.
 * Other operations make x and y that have the flags they want (`setOverflow`).
 */
import { Flags, type Width } from '../ir.ts';
import { Op } from '../wasm/opcodes.ts';
import { type Value, valueOf } from './operands.ts';
import { overflowWord, setOverflow } from './flag-words.ts';
import type { Frame } from './frame.ts';

/** What is known of the flags from the operation before. */
export type Known = 'nothing' | 'subtraction' | 'logic';

export interface FlagWriter {
  known: Known;
  /** The result is in a local, with rubbish above its width. */
  result(local: number, width: Width, live: number): void;
  /** Flags of x - y as far as they live. */
  subtraction(x: Value, y: Value, width: Width, live: number): void;
  /** CF and OF clear. */
  none(live: number): void;
  /** From the carries out of each bit position, in a local (see `carryOut` of `cpu/integer/alu.ts`). */
  carries(word: number, width: Width, live: number): void;
  /** CF from 0 or 1 on the stack. */
  carry(): void;
  /** ZF, PF and CF from a local that has them in their EFLAGS places; the others are clear. */
  fromComparison(image: number, live: number): void;
  /** Leaves CF on the stack as 0 or 1. */
  getCarry(): void;
  /** Leaves 0 or 1 on the stack for a condition code (SDM vol. 1, appendix B). */
  condition(code: number): void;
}

/** Extends the sign of the value on the stack. */
export function signExtend({ code }: Frame, width: Width): void {
  if (width === 8) code.op(Op.i32Extend8S);
  else if (width === 16) code.op(Op.i32Extend16S);
}

export function createFlagWriter(frame: Frame): FlagWriter {
  const { code, locals } = frame;
  const { result, adjust, x, y, shift, carryX, carryY } = locals;

  function moveUp(value: Value, width: Width): void {
    value.get();
    if (width === 32) return;
    code.const(32 - width);
    code.op(Op.i32Shl);
  }
  function sign(): void {
    code.get(result);
    if (writer.known === 'nothing') {
      code.get(adjust);
      code.op(Op.i32Xor);
    }
  }
  function zero(): void {
    code.get(result);
    code.op(Op.i32Eqz);
  }

  /** An even condition, or the odd one that is its opposite: by one comparison, which engines join with the branch behind it. */
  function test(condition: number, not: boolean): void {
    const compare = (opcode: number, opposite: number) => {
      code.op(not ? opposite : opcode);
    };
    const negative = () => {
      code.const(0);
      compare(Op.i32LtS, Op.i32GeS);
    };
    switch (condition) {
      case 0:
        overflowWord(code, locals);
        negative();
        return;
      case 2:
        code.get(carryX);
        code.get(carryY);
        compare(Op.i32LtU, Op.i32GeU);
        return;
      case 4:
        code.get(result);
        code.const(0);
        compare(Op.i32Eq, Op.i32Ne);
        return;
      case 6:
        if (writer.known === 'subtraction') {
          code.get(carryX);
          code.get(carryY);
          compare(Op.i32LeU, Op.i32GtU);
          return;
        }
        writer.getCarry();
        zero();
        code.op(Op.i32Or);
        break;
      case 8:
        sign();
        negative();
        return;
      case 10:
        sign();
        code.const(0xff);
        code.op(Op.i32And, Op.i32Popcnt);
        code.const(1);
        code.op(Op.i32And);
        if (!not) code.op(Op.i32Eqz);
        return;
      case 12:
        if (writer.known === 'subtraction') {
          code.get(x);
          code.get(y);
          compare(Op.i32LtS, Op.i32GeS);
          return;
        }
        sign();
        if (writer.known !== 'logic') {
          overflowWord(code, locals);
          code.op(Op.i32Xor);
        }
        negative();
        return;
      case 14:
        if (writer.known === 'subtraction') {
          code.get(x);
          code.get(y);
          compare(Op.i32LeS, Op.i32GtS);
          return;
        }
        test(12, false);
        zero();
        code.op(Op.i32Or);
        break;
    }
    if (not) code.op(Op.i32Eqz);
  }

  const writer: FlagWriter = {
    known: 'nothing',
    result(local, width, live) {
      if ((live & Flags.Result) === 0) return;
      code.get(local);
      signExtend(frame, width);
      code.set(result);
      code.const(0);
      code.set(adjust);
    },
    subtraction(a, b, width, live) {
      if ((live & Flags.Overflow) !== 0) {
        moveUp(a, width);
        code.set(x);
        moveUp(b, width);
        code.set(y);
        code.const(32 - width);
        code.set(shift);
      }
      if ((live & Flags.Carry) === 0) return;
      moveUp(a, width);
      code.set(carryX);
      moveUp(b, width);
      code.set(carryY);
    },
    none(live) {
      if ((live & Flags.Overflow) !== 0) {
        for (const local of [x, y, shift]) {
          code.const(0);
          code.set(local);
        }
      }
      if ((live & Flags.Carry) === 0) return;
      for (const local of [carryX, carryY]) {
        code.const(0);
        code.set(local);
      }
    },
    carries(word, width, live) {
      const value = valueOf(frame, word);
      if ((live & Flags.Overflow) !== 0) {
        setOverflow(frame, () => {
          moveUp(value, width);
          moveUp(value, width);
          code.const(1);
          code.op(Op.i32Shl, Op.i32Xor);
        });
        code.get(y);
        code.get(word);
        code.const(8);
        code.op(Op.i32And, Op.i32Or);
        code.set(y);
      }
      if ((live & Flags.Carry) === 0) return;
      code.const(0x7fff_ffff);
      code.set(carryX);
      moveUp(value, width);
      code.set(carryY);
    },
    carry() {
      code.set(carryY);
      code.const(0);
      code.set(carryX);
    },
    fromComparison(image, live) {
      const bit = (number: number) => {
        code.get(image);
        code.const(number);
        code.op(Op.i32ShrU);
        code.const(1);
        code.op(Op.i32And);
      };
      writer.none(live & Flags.Overflow);
      if ((live & Flags.Result) !== 0) {
        // A result of 0 or 1; ADJ turns its parity over where PF disagrees.
        bit(6);
        code.op(Op.i32Eqz);
        code.set(result);
        bit(6);
        bit(2);
        code.op(Op.i32Xor);
        code.set(adjust);
      }
      if ((live & Flags.Carry) !== 0) {
        bit(0);
        writer.carry();
      }
      writer.known = 'nothing';
    },
    getCarry() {
      code.get(carryX);
      code.get(carryY);
      code.op(Op.i32LtU);
    },
    condition(condition) {
      test(condition & ~1, (condition & 1) !== 0);
    },
  };
  return writer;
}
