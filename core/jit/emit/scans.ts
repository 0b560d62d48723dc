/**
 * REP CMPS and REP SCAS up to, but without, the round that ends them: what goes on leaves nothing but flags, which the last round sets, and that
 * is the interpreter's. Sixty-four bytes are looked at at once, then sixteen.
 */
import type { Insn } from '../../cpu/decode/insn.ts';
import { EAX, ECX, EDI, ESI } from '../../cpu/state.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import { Simd } from '../wasm/simd-opcodes.ts';
import type { Frame } from './frame.ts';
import { countRounds, createRanges, elementSize } from './strings.ts';

const REPNE = 0xf2;

/** By the binary logarithm of an element's size. */
const SPLAT = [Simd.i8x16Splat, Simd.i16x8Splat, Simd.i32x4Splat];
const EQUAL = [Simd.i8x16Eq, Simd.i16x8Eq, Simd.i32x4Eq];
const DIFFERENT = [Simd.i8x16Ne, Simd.i16x8Ne, Simd.i32x4Ne];
const LOAD = [Op.i32Load8U, Op.i32Load16U, Op.i32Load];
const MASK = [0xff, 0xffff, -1];

export const isScan = ({ opcode, rep, addrMask, legal }: Insn): boolean =>
  rep !== 0 && addrMask === -1 && legal && ((opcode & ~1) === 0xa6 || (opcode & ~1) === 0xae);

/** Does what is plain of the instruction; its handler must go on. */
export function emitScan(frame: Frame, insn: Insn): void {
  const { code, locals } = frame;
  const shift = Math.log2(elementSize(insn));
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

  const element = () => {
    code.get(to);
    code.get(bytes);
    code.op(Op.i32Add);
    code.memory(LOAD[shift]!, 0);
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
    code.get(bytes);
    code.const(step);
    code.op(Op.i32Add);
    code.set(bytes);
    code.branch(next);
    code.end();
    code.end();
  }

  ranges.require();
  if (wanted !== undefined) {
    frame.getRegister(EAX);
    code.simd(SPLAT[shift]!);
    code.set(wanted);
  }
  const again = code.loop();
  // All rounds but the last one, which must be within the time too.
  frame.getRegister(ECX);
  code.const(-1);
  code.op(Op.i32Add);
  code.set(rounds);
  ranges.range(EDI, -1, false, to);
  if (compares) ranges.range(ESI, insn.seg, false, from);
  code.get(rounds);
  code.op(Op.i32Eqz);
  code.get(rounds);
  code.get(locals.left);
  code.const(frame.done);
  code.op(Op.i32Sub, Op.i32GeS, Op.i32Or);
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
    code.op(ends === EQUAL ? Op.i32Eq : Op.i32Ne);
  });
  ranges.advance(EDI);
  if (compares) ranges.advance(ESI);
  code.get(bytes);
  code.const(shift);
  code.op(Op.i32ShrU);
  code.set(rounds);
  countRounds(frame, rounds);
  code.get(bytes);
  code.get(end);
  code.op(Op.i32Eq);
  code.branchIf(again);
  code.end();
  code.end();
  frame.release(to, from, end);
  ranges.release();
}
