/**
 * The x87 registers of a region in locals: those that it names, by their place relative to the top of the stack at its entry
 * (`passes/x87-stack.ts`). So FXCH and the moves of a stack machine are nothing but names.
 *
 * A register is a significand and a sign-exponent word. Two bits above the usual 16 tell that it is empty, and that it has no normal
 * number, as an empty one has not: one look at the words of both operands tells that the short way may do. That also needs
 * the usual control word, which `unusual` has in the same bit: all exceptions masked, rounding to nearest with 64 bits of significand.
 *
 * C1 and what has become inexact are in locals, too. In the state stand, until `spill`: TOP, C1 and the tags as they were at the entry, PE as
 * without those operations, and the registers.
 */
import { FpuState } from '../../softfloat/softfloat.ts';
import type { X87Stack } from '../passes/x87-stack.ts';
import { placeOf, STACK } from '../passes/x87-stack.ts';
import type { RegionBlock } from '../region.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import type { Frame } from './frame.ts';

/** Of the sign-exponent word of a local. */
const SPECIAL_BIT = 16;
const EMPTY_BIT = 17;
export const SPECIAL = 1 << SPECIAL_BIT;
const EMPTY = 1 << EMPTY_BIT;
const SIGN_EXPONENT = 0xffff;
const EXPONENT = 0x7fff;

/** Precision and rounding control, and the masks; their usual values. */
const CONTROL_BITS = 0x0f3f;
const USUAL_CONTROL = 0x033f;

/** Of the status word. */
const PE = 5;
const C1 = 9;
const TOP = 11;
/** ES: an unmasked exception is pending. */
export const SUMMARY = 0x80;
const EXCEPTIONS = 0x3f;
const TOP_BITS = 7 << TOP;

/** Two locals: i64 and i32. */
export interface Value {
  readonly significand: number;
  readonly word: number;
}

export interface X87Registers {
  /** A local: 0 if the control word is the usual one, else SPECIAL. */
  readonly unusual: number;
  /** Locals. C1 is 0 or 1; what is not 0 of `inexact` (i64) makes PE. */
  readonly c1: number;
  readonly inexact: number;
  /** ST(i), which leaves the region if it is empty; -1 is the register that is pushed next, which leaves if it is not. */
  full(i: number): Value;
  free(): Value;
  /** ST(i), whatever it holds. */
  any(i: number): Value;
  /** The register that `free` has given has a value now. */
  push(): void;
  pop(): void;
  /** ST(i) has a value now. */
  fill(i: number): void;
  /** The word of a value, in its local, gets the bit of what is no normal number. */
  classify(value: Value): void;
  clearC1(): void;
  /** Looks at C1 of the status word, which the soft-float core has written. */
  renewC1(): void;
  /** PE and C1 to the status word, TOP too. */
  spillStatus(): void;
  /** The control word may be another one. */
  renew(): void;
  spill(): void;
  /** Leaves something other than 0 if an unmasked exception is pending in the state, or will be as soon as an instruction looks. */
  pending(): void;
  leaveIfPending(leave: () => void): void;
  /** Takes all from the state, which must hold it. */
  load(): void;
  /** A local, behind `load`: not 0 if the top was elsewhere than the region has it, or an error is pending. The region must be left. */
  readonly elsewhere: number;
  /** Their number may change by what the present instruction's handler pushes. */
  move(pushed: number): void;
  beginBlock(block: RegionBlock): void;
}

export function createX87Registers(frame: Frame, { depths, used }: X87Stack): X87Registers {
  const { code } = frame;
  const places = Array.from({ length: STACK }, (_, place) => place).filter((place) => (used >> place) & 1);
  const values = new Map(
    places.map((place): [number, Value] => [
      place,
      { significand: code.local(Type.i64), word: code.local() },
    ]),
  );
  const unusual = code.local();
  const c1 = code.local();
  const inexact = code.local(Type.i64);
  /** Where the top was at the entry, and how many have been pushed since. */
  const entryTop = code.local();
  const pushed = code.local();
  const elsewhere = code.local();
  let depth = 0;
  /** Places that are known to be empty or full in the present block. */
  const known = new Map<number, 'empty' | 'full'>();

  const at = (i: number) => values.get(placeOf(i, depth))!;
  function setDepth(to: number): void {
    depth = to;
    code.const(to);
    code.set(pushed);
  }
  function loadWord(address: number): void {
    code.const(0);
    code.memory(Op.i32Load, address);
  }
  function top(): void {
    code.get(entryTop);
    code.get(pushed);
    code.op(Op.i32Sub);
    code.const(STACK - 1);
    code.op(Op.i32And);
  }
  /** The address of a register, without where registers begin. */
  function address(place: number): void {
    code.get(entryTop);
    if (place > 0) {
      code.const(place);
      code.op(Op.i32Add);
      code.const(STACK - 1);
      code.op(Op.i32And);
    }
    code.const(4);
    code.op(Op.i32Shl);
  }
  /** Moves a mask of places on the stack to where they are in the state. */
  function rotate(): void {
    code.const(0x101);
    code.op(Op.i32Mul);
    code.get(entryTop);
    code.op(Op.i32Shl);
    code.const(8);
    code.op(Op.i32ShrU);
    code.const(0xff);
    code.op(Op.i32And);
  }
  /** Leaves before the present instruction if the condition on the stack holds. */
  function leaveIf(): void {
    code.if();
    frame.leaveHere();
    code.end();
  }
  function isEmpty({ word }: Value): void {
    code.get(word);
    code.const(EMPTY);
    code.op(Op.i32And);
  }

  const registers: X87Registers = {
    unusual,
    c1,
    inexact,
    any: at,
    full(i) {
      const place = placeOf(i, depth);
      const value = values.get(place)!;
      if (known.get(place) !== 'full') {
        isEmpty(value);
        leaveIf();
        known.set(place, 'full');
      }
      return value;
    },
    free() {
      const place = placeOf(-1, depth);
      const value = values.get(place)!;
      if (known.get(place) !== 'empty') {
        isEmpty(value);
        code.op(Op.i32Eqz);
        leaveIf();
        known.set(place, 'empty');
      }
      return value;
    },
    push() {
      setDepth(depth + 1);
      registers.fill(0);
    },
    pop() {
      const { word } = at(0);
      code.get(word);
      code.const(SPECIAL | EMPTY);
      code.op(Op.i32Or);
      code.set(word);
      known.set(placeOf(0, depth), 'empty');
      setDepth(depth - 1);
    },
    fill(i) {
      known.set(placeOf(i, depth), 'full');
    },
    classify({ significand, word }) {
      // A normal number has its integer bit, and neither the lowest exponent nor the highest.
      code.get(word);
      code.get(word);
      code.const(EXPONENT);
      code.op(Op.i32And);
      code.const(1);
      code.op(Op.i32Sub);
      code.const(EXPONENT - 1);
      code.op(Op.i32GeU);
      code.get(significand);
      code.const64(0, 0);
      code.op(Op.i64GeS, Op.i32Or);
      code.const(SPECIAL_BIT);
      code.op(Op.i32Shl, Op.i32Or);
      code.set(word);
    },
    clearC1() {
      code.const(0);
      code.set(c1);
    },
    renewC1() {
      loadWord(FpuState.Status);
      code.const(C1);
      code.op(Op.i32ShrU);
      code.const(1);
      code.op(Op.i32And);
      code.set(c1);
    },
    spillStatus() {
      code.const(0);
      loadWord(FpuState.Status);
      code.const(~(TOP_BITS | (1 << C1)));
      code.op(Op.i32And);
      top();
      code.const(TOP);
      code.op(Op.i32Shl, Op.i32Or);
      code.get(c1);
      code.const(C1);
      code.op(Op.i32Shl, Op.i32Or);
      code.get(inexact);
      code.const64(0, 0);
      code.op(Op.i64Ne);
      code.const(PE);
      code.op(Op.i32Shl, Op.i32Or);
      code.memory(Op.i32Store, FpuState.Status);
    },
    renew() {
      loadWord(FpuState.Control);
      code.const(CONTROL_BITS);
      code.op(Op.i32And);
      code.const(USUAL_CONTROL);
      code.op(Op.i32Ne);
      code.const(SPECIAL_BIT);
      code.op(Op.i32Shl);
      code.set(unusual);
    },
    spill() {
      registers.spillStatus();
      code.const(0);
      loadWord(FpuState.Empty);
      code.const(used);
      rotate();
      code.const(-1);
      code.op(Op.i32Xor, Op.i32And);
      code.const(0);
      for (const place of places) {
        isEmpty(values.get(place)!);
        code.const(EMPTY_BIT - place);
        code.op(Op.i32ShrU, Op.i32Or);
      }
      rotate();
      code.op(Op.i32Or);
      code.memory(Op.i32Store, FpuState.Empty);
      for (const place of places) {
        const { significand, word } = values.get(place)!;
        address(place);
        code.get(significand);
        code.memory(Op.i64Store, FpuState.Registers);
        address(place);
        code.get(word);
        code.const(SIGN_EXPONENT);
        code.op(Op.i32And);
        code.memory(Op.i32Store, FpuState.Registers + 8);
      }
    },
    pending() {
      loadWord(FpuState.Status);
      loadWord(FpuState.Control);
      code.const(-1);
      code.op(Op.i32Xor);
      code.const(SUMMARY);
      code.op(Op.i32Or, Op.i32And);
      code.const(SUMMARY | EXCEPTIONS);
      code.op(Op.i32And);
    },
    leaveIfPending(leave) {
      registers.pending();
      code.if();
      leave();
      code.end();
    },
    elsewhere,
    load() {
      known.clear();
      code.get(entryTop);
      loadWord(FpuState.Status);
      code.const(TOP);
      code.op(Op.i32ShrU);
      code.get(pushed);
      code.op(Op.i32Add);
      code.const(STACK - 1);
      code.op(Op.i32And);
      code.tee(entryTop);
      code.op(Op.i32Ne);
      registers.pending();
      code.op(Op.i32Or);
      code.set(elsewhere);
      registers.renewC1();
      registers.renew();
      // The state has it, or an instruction has cleared it there.
      code.const64(0, 0);
      code.set(inexact);
      for (const place of places) {
        const { significand, word } = values.get(place)!;
        address(place);
        code.memory(Op.i64Load, FpuState.Registers);
        code.set(significand);
        address(place);
        code.memory(Op.i32Load16U, FpuState.Registers + 8);
        code.set(word);
        registers.classify({ significand, word });
        // Empty: both bits.
        code.get(word);
        loadWord(FpuState.Empty);
        address(place);
        code.const(4);
        code.op(Op.i32ShrU, Op.i32ShrU);
        code.const(1);
        code.op(Op.i32And);
        code.const(SPECIAL | EMPTY);
        code.op(Op.i32Mul, Op.i32Or);
        code.set(word);
      }
    },
    move(count) {
      if (count !== 0) setDepth(depth + count);
    },
    beginBlock(block) {
      depth = depths.get(block)!;
      known.clear();
    },
  };
  return registers;
}
