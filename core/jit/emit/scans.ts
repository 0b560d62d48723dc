/**
 * REP CMPS and REP SCAS, each within one page that the TLB gives at full speed: a round that goes on leaves nothing but flags, which the last one
 * sets. Sixty-four bytes are looked at at once, then sixteen. All else is the interpreter's.
 */
import type { Insn } from '../../cpu/decode/insn.ts';
import { EAX, ECX, EDI, ESI } from '../../cpu/state.ts';
import { Flags, type Width } from '../ir.ts';
import type { Label } from '../wasm/code.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import { Simd } from '../wasm/simd-opcodes.ts';
import type { FlagWriter } from './flags.ts';
import type { Frame } from './frame.ts';
import { valueOf } from './operands.ts';
import { countRounds, createRanges, elementSize, endRounds } from './strings.ts';

const REPNE = 0xf2;

/** By the binary logarithm of an element's size. */
const SPLAT = [Simd.i8x16Splat, Simd.i16x8Splat, Simd.i32x4Splat];
const EQUAL = [Simd.i8x16Eq, Simd.i16x8Eq, Simd.i32x4Eq];
const DIFFERENT = [Simd.i8x16Ne, Simd.i16x8Ne, Simd.i32x4Ne];
const LOAD = [Op.i32Load8U, Op.i32Load16U, Op.i32Load];
const MASK = [0xff, 0xffff, -1];
const WIDTH: readonly Width[] = [8, 16, 32];

export const isScan = ({ opcode, rep, addrMask, legal }: Insn): boolean =>
  rep !== 0 && addrMask === -1 && legal && ((opcode & ~1) === 0xa6 || (opcode & ~1) === 0xae);

/** The flags of a comparison of two elements in locals, zero-extended. @param difference a local for it */
export function emitComparison(
  frame: Frame,
  flags: FlagWriter,
  [x, y, difference]: readonly [number, number, number],
  width: Width,
): void {
  const { code } = frame;
  code.get(x);
  code.get(y);
  code.op(Op.i32Sub);
  code.set(difference);
  flags.subtraction(valueOf(frame, x), valueOf(frame, y), width, Flags.All);
  flags.result(difference, width, Flags.All);
}

/** Runs the instruction, which has rounds to do, and branches to `done` when it is over. Falls through where the handler must go on, as `emitBulk`. */
export function emitScan(frame: Frame, flags: FlagWriter, insn: Insn, done: Label): void {
  const { code, locals } = frame;
  const size = elementSize(insn);
  const shift = Math.log2(size);
  const compares = (insn.opcode & ~1) === 0xa6;
  /** Which elements end it. */
  const ends = insn.rep === REPNE ? EQUAL : DIFFERENT;
  const slow = code.block();
  const ranges = createRanges(frame, shift, slow);
  const { rounds, bytes } = ranges;
  const to = frame.temporary();
  const from = frame.temporary();
  const end = frame.temporary();
  /** What SCAS looks for, in all elements. */
  const wanted = compares ? undefined : code.local(Type.v128);

  /** What EDI points to, so many bytes on. */
  const element = () => {
    code.get(to);
    code.get(bytes);
    code.op(Op.i32Add);
    code.memory(LOAD[shift]!, 0);
  };
  /** What it is compared with. */
  const other = () => {
    if (!compares) {
      frame.getRegister(EAX);
      code.const(MASK[shift]!);
      code.op(Op.i32And);
      return;
    }
    code.get(from);
    code.get(bytes);
    code.op(Op.i32Add);
    code.memory(LOAD[shift]!, 0);
  };
  const move = (by: number) => {
    code.get(bytes);
    code.const(by);
    code.op(Op.i32Add);
    code.set(bytes);
  };
  /** So many bytes are done. */
  const advance = () => {
    ranges.advance(EDI);
    if (compares) ranges.advance(ESI);
    code.get(bytes);
    code.const(shift);
    code.op(Op.i32ShrU);
    code.set(rounds);
    countRounds(frame, rounds);
  };
  /** Leaves all ones in the elements that end it, of sixteen bytes at a distance. */
  const sixteen = (distance: number) => {
    code.get(to);
    code.get(bytes);
    code.op(Op.i32Add);
    code.simdMemory(Simd.load, distance);
    if (wanted !== undefined) code.get(wanted);
    else {
      code.get(from);
      code.get(bytes);
      code.op(Op.i32Add);
      code.simdMemory(Simd.load, distance);
    }
    code.simd(ends[shift]!);
  };
  /** Adds `step` to `bytes` as long as there are so many up to `end` and none of them ends the instruction. */
  function run(step: number, isEnd: () => void): void {
    const out = code.block();
    const next = code.loop();
    code.get(end);
    code.get(bytes);
    code.op(Op.i32Sub);
    code.const(step);
    code.op(Op.i32LtU);
    code.branchIf(out);
    isEnd();
    code.branchIf(out);
    move(step);
    code.branch(next);
    code.end();
    code.end();
  }

  ranges.requireUpwards();
  if (wanted !== undefined) {
    frame.getRegister(EAX);
    code.simd(SPLAT[shift]!);
    code.set(wanted);
  }
  const again = code.loop();
  frame.getRegister(ECX);
  code.set(rounds);
  // What is read first is looked at first, and an element across pages is the handler's.
  if (compares) {
    ranges.range(ESI, insn.seg, false, from, true);
    ranges.requireRound();
  }
  ranges.range(EDI, -1, false, to, true);
  ranges.requireRound();
  // What does not end before its time is over is the handler's.
  code.get(rounds);
  code.get(locals.left);
  code.const(frame.done);
  code.op(Op.i32Sub, Op.i32GtS);
  code.branchIf(slow);
  code.get(rounds);
  code.const(shift);
  code.op(Op.i32Shl);
  code.set(end);
  code.const(0);
  code.set(bytes);
  run(64, () => {
    for (let distance = 0; distance < 64; distance += 16) {
      sixteen(distance);
      if (distance > 0) code.simd(Simd.or);
    }
    code.simd(Simd.anyTrue);
  });
  run(16, () => {
    sixteen(0);
    code.simd(Simd.anyTrue);
  });
  run(1 << shift, () => {
    element();
    other();
    code.op(ends === EQUAL ? Op.i32Eq : Op.i32Ne);
  });
  // If none of them ends it, that is the next page's, or the last one's.
  code.get(bytes);
  code.get(end);
  code.op(Op.i32Eq);
  code.if();
  code.get(rounds);
  frame.getRegister(ECX);
  code.op(Op.i32Ne);
  code.if();
  advance();
  code.branch(again);
  code.end();
  move(-size);
  code.end();
  // The element that ends it.
  other();
  code.set(from);
  element();
  code.set(end);
  move(size);
  advance();
  emitComparison(frame, flags, [from, end, to], WIDTH[shift]!);
  endRounds(frame, done);
  code.end();
  code.end();
  frame.release(to, from, end);
  ranges.release();
}
