/** MMX and SSE integers, logic and shuffles: one WebAssembly instruction each, or nearly (SDM vol. 1, 9.4, 10.4.4 and 11.4.2). */
import type { Operation } from '../ir.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import { Simd } from '../wasm/simd-opcodes.ts';
import { bytesOf, laneOp, wholeSource } from './simd-moves.ts';
import type { Vectors } from './vectors.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

/** By the second byte of the opcode. */
const LANES: Readonly<Record<number, number>> = {
  0x54: Simd.and,
  0x56: Simd.or,
  0x57: Simd.xor,
  0x63: Simd.i8x16NarrowI16x8S,
  0x64: Simd.i8x16GtS,
  0x65: Simd.i16x8GtS,
  0x66: Simd.i32x4GtS,
  0x67: Simd.i8x16NarrowI16x8U,
  0x6b: Simd.i16x8NarrowI32x4S,
  0x74: Simd.i8x16Eq,
  0x75: Simd.i16x8Eq,
  0x76: Simd.i32x4Eq,
  0xd4: Simd.i64x2Add,
  0xd5: Simd.i16x8Mul,
  0xd8: Simd.i8x16SubSatU,
  0xd9: Simd.i16x8SubSatU,
  0xda: Simd.i8x16MinU,
  0xdb: Simd.and,
  0xdc: Simd.i8x16AddSatU,
  0xdd: Simd.i16x8AddSatU,
  0xde: Simd.i8x16MaxU,
  0xe0: Simd.i8x16AvgrU,
  0xe3: Simd.i16x8AvgrU,
  0xe8: Simd.i8x16SubSatS,
  0xe9: Simd.i16x8SubSatS,
  0xea: Simd.i16x8MinS,
  0xeb: Simd.or,
  0xec: Simd.i8x16AddSatS,
  0xed: Simd.i16x8AddSatS,
  0xee: Simd.i16x8MaxS,
  0xef: Simd.xor,
  0xf5: Simd.i32x4DotI16x8S,
  0xf8: Simd.i8x16Sub,
  0xf9: Simd.i16x8Sub,
  0xfa: Simd.i32x4Sub,
  0xfb: Simd.i64x2Sub,
  0xfc: Simd.i8x16Add,
  0xfd: Simd.i16x8Add,
  0xfe: Simd.i32x4Add,
};

function shuffle({ frame: { code } }: Vectors, bytes: readonly number[]): void {
  code.simd(Simd.shuffle);
  code.op(...bytes);
}
const words = (size: number, numbers: readonly number[]) =>
  numbers.flatMap((n) => Array.from({ length: size }, (_, byte) => n * size + byte));

/** The upper halves of eight products of words. */
function highProducts(vectors: Vectors, a: number, b: number, low: number, high: number): void {
  const { code } = vectors.frame;
  for (const opcode of [low, high]) {
    code.get(a);
    code.get(b);
    code.simd(opcode);
  }
  shuffle(vectors, words(2, [1, 3, 5, 7, 9, 11, 13, 15]));
}
function combine(vectors: Vectors, lanes: number, a: number, b: number): void {
  const { code } = vectors.frame;
  switch (lanes) {
    case 0xe5:
      highProducts(vectors, a, b, Simd.i32x4ExtmulLowI16x8S, Simd.i32x4ExtmulHighI16x8S);
      return;
    case 0xe4:
      highProducts(vectors, a, b, Simd.i32x4ExtmulLowI16x8U, Simd.i32x4ExtmulHighI16x8U);
      return;
    case 0xf4:
      for (const operand of [a, b]) {
        code.get(operand);
        code.get(operand);
        shuffle(vectors, words(4, [0, 2, 0, 2]));
      }
      code.simd(Simd.i64x2ExtmulLowI32x4U);
      return;
    case 0xf6:
      sumOfDifferences(vectors, a, b);
      return;
    case 0x55:
    case 0xdf:
      code.get(b);
      code.get(a);
      code.simd(Simd.andNot);
      return;
    default:
      code.get(a);
      code.get(b);
      code.simd(LANES[lanes]!);
  }
}
function sumOfDifferences(vectors: Vectors, a: number, b: number): void {
  const { code } = vectors.frame;
  const sums = vectors.temporary(Type.v128);
  for (const opcode of [Simd.i8x16MaxU, Simd.i8x16MinU]) {
    code.get(a);
    code.get(b);
    code.simd(opcode);
  }
  code.simd(Simd.i8x16Sub);
  code.simd(Simd.i16x8ExtaddPairwiseI8x16U);
  code.simd(Simd.i32x4ExtaddPairwiseI16x8U);
  code.set(sums);
  // Both halves of each quadword; the sum fits into the lower one.
  code.get(sums);
  code.get(sums);
  shuffle(vectors, words(4, [1, 0, 3, 2]));
  code.get(sums);
  code.simd(Simd.i32x4Add);
  code.const64(-1, 0);
  code.simd(Simd.i64x2Splat);
  code.simd(Simd.and);
  vectors.release(Type.v128, sums);
}

/** PACKSSWB, PACKUSWB and PACKSSDW. */
const PACKS = [0x63, 0x67, 0x6b];
const LOWER_HALVES = words(8, [0, 2]);

export function emitVectorLanes(vectors: Vectors, { code: lanes, to, from }: Named<'vector-lanes'>): void {
  const { code } = vectors.frame;
  const a = vectors.temporary(Type.v128);
  const b = vectors.temporary(Type.v128);
  wholeSource(vectors, from, bytesOf(to));
  code.set(b);
  vectors.get(to);
  if (to.mmx && PACKS.includes(lanes)) {
    // Both operands are half a vector.
    code.get(b);
    shuffle(vectors, LOWER_HALVES);
  }
  code.set(a);
  combine(vectors, lanes, a, b);
  vectors.set(to);
  vectors.release(Type.v128, a, b);
}

export function emitVectorShuffle(
  vectors: Vectors,
  { to, from, bytes, reads }: Named<'vector-shuffle'>,
): void {
  const { code } = vectors.frame;
  const b = vectors.temporary(Type.v128);
  if (from.kind === 'constant') {
    code.const64(0, 0);
    code.simd(Simd.i64x2Splat);
  } else wholeSource(vectors, from, reads);
  code.set(b);
  // Where one operand is all of the result, it is both operands: such shuffles are single instructions.
  if (bytes.every((byte) => byte >= 16)) code.get(b);
  else vectors.get(to);
  code.get(b);
  shuffle(vectors, bytes);
  vectors.set(to);
  vectors.release(Type.v128, b);
}

interface Shift {
  readonly opcode: number;
  readonly width: number;
  readonly signed: boolean;
}
const SHIFTS: Readonly<Record<number, Shift>> = {
  0xd1: { opcode: Simd.i16x8ShrU, width: 16, signed: false },
  0xd2: { opcode: Simd.i32x4ShrU, width: 32, signed: false },
  0xd3: { opcode: Simd.i64x2ShrU, width: 64, signed: false },
  0xe1: { opcode: Simd.i16x8ShrS, width: 16, signed: true },
  0xe2: { opcode: Simd.i32x4ShrS, width: 32, signed: true },
  0xf1: { opcode: Simd.i16x8Shl, width: 16, signed: false },
  0xf2: { opcode: Simd.i32x4Shl, width: 32, signed: false },
  0xf3: { opcode: Simd.i64x2Shl, width: 64, signed: false },
};

/** Counts beyond the lane give zero, or the sign. */
export function emitVectorShift(vectors: Vectors, { code: lanes, to, count }: Named<'vector-shift'>): void {
  const { code } = vectors.frame;
  const { opcode, width, signed } = SHIFTS[lanes]!;
  if (count.kind === 'constant') {
    if (count.value >= width && !signed) {
      code.const64(0, 0);
      code.simd(Simd.i64x2Splat);
    } else {
      vectors.get(to);
      code.const(Math.min(count.value, width - 1));
      code.simd(opcode);
    }
    vectors.set(to);
    return;
  }
  const by = vectors.temporary(Type.i64);
  wholeSource(vectors, count, bytesOf(to));
  laneOp(vectors, Simd.i64x2Extract, 0);
  code.set(by);
  const beyond = () => {
    code.get(by);
    code.const64(width - 1, 0);
    code.op(Op.i64GtU);
  };
  vectors.get(to);
  if (signed) code.const(width - 1);
  code.get(by);
  code.op(Op.i32WrapI64);
  if (signed) {
    beyond();
    code.op(Op.select);
  }
  code.simd(opcode);
  if (!signed) {
    // All ones where the count is within the lane.
    beyond();
    code.const(-1);
    code.op(Op.i32Add);
    code.simd(Simd.i32x4Splat);
    code.simd(Simd.and);
  }
  vectors.set(to);
  vectors.release(Type.i64, by);
}
