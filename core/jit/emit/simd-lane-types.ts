/**
 * One set of floating-point operations for the four forms of SSE instructions: on the lowest lane as an f32 or f64, with
 * conditions of 0 and 1, or on all lanes as a v128, with conditions of all ones and zero in each lane.
 */
import type { FloatForm } from '../ir.ts';
import type { Label } from '../wasm/code.ts';
import { Op, Type, type ValueType } from '../wasm/opcodes.ts';
import { Float, Simd } from '../wasm/simd-opcodes.ts';
import { laneOp } from './simd-moves.ts';
import type { Vectors } from './vectors.ts';

type LaneName = 'add' | 'sub' | 'mul' | 'div' | 'sqrt' | 'eq' | 'lt' | 'le' | 'nearest' | 'trunc';

const SCALAR: Readonly<Record<LaneName, readonly [single: number, double: number]>> = {
  add: [Float.f32Add, Float.f64Add],
  sub: [Float.f32Sub, Float.f64Sub],
  mul: [Float.f32Mul, Float.f64Mul],
  div: [Float.f32Div, Float.f64Div],
  sqrt: [Float.f32Sqrt, Float.f64Sqrt],
  eq: [Float.f32Eq, Float.f64Eq],
  lt: [Float.f32Lt, Float.f64Lt],
  le: [Float.f32Le, Float.f64Le],
  nearest: [Float.f32Nearest, Float.f64Nearest],
  trunc: [Float.f32Trunc, Float.f64Trunc],
};
const PACKED: typeof SCALAR = {
  add: [Simd.f32x4Add, Simd.f64x2Add],
  sub: [Simd.f32x4Sub, Simd.f64x2Sub],
  mul: [Simd.f32x4Mul, Simd.f64x2Mul],
  div: [Simd.f32x4Div, Simd.f64x2Div],
  sqrt: [Simd.f32x4Sqrt, Simd.f64x2Sqrt],
  eq: [Simd.f32x4Eq, Simd.f64x2Eq],
  lt: [Simd.f32x4Lt, Simd.f64x2Lt],
  le: [Simd.f32x4Le, Simd.f64x2Le],
  nearest: [Simd.f32x4Nearest, Simd.f64x2Nearest],
  trunc: [Simd.f32x4Trunc, Simd.f64x2Trunc],
};

/** Bits of the fraction, and the exponent of infinities. */
const formatOf = (double: boolean) => (double ? { fraction: 52, top: 0x7ff } : { fraction: 23, top: 0xff });

export interface Lanes {
  readonly type: ValueType;
  /** Bytes of a memory operand. */
  readonly bytes: 4 | 8 | 16;
  op(name: LaneName): void;
  zero(): void;
  and(): void;
  or(): void;
  /** Leaves 1 if the conditions on the stack do not all hold. */
  notAll(): void;
  /** Leaves 1 if a lane of a local is a denormal. */
  denormal(value: number): void;
  /**
   * Branches to `slow` if not every lane of a local is a normal number above the smallest one, or fulfils the condition that `zero` leaves.
   * A result that was rounded to the smallest normal number may have been tiny before.
   */
  refuseOutside(value: number, zero: () => void, slow: Label): void;
  /** From the vector on the stack. */
  extract(): void;
  /** A result in a local to a vector on the stack: below it lies the vector whose other lanes stay. */
  replace(value: number): void;
}

/** @param double the format, whatever the form that `vectors` has it in */
export function scalarLanes(vectors: Vectors, double: boolean): Lanes {
  const { code } = vectors.frame;
  const { fraction, top } = formatOf(double);
  /** The bits moved up by one: without sign. */
  function magnitude(value: number): void {
    code.get(value);
    code.op(double ? Float.i64ReinterpretF64 : Float.i32ReinterpretF32);
    if (double) code.const64(1, 0);
    else code.const(1);
    code.op(double ? Op.i64Shl : Op.i32Shl);
  }
  return {
    type: double ? Type.f64 : Type.f32,
    bytes: double ? 8 : 4,
    op(name) {
      code.op(SCALAR[name][double ? 1 : 0]);
    },
    zero() {
      code.float(0, double);
    },
    and() {
      code.op(Op.i32And);
    },
    or() {
      code.op(Op.i32Or);
    },
    notAll() {
      code.op(Op.i32Eqz);
    },
    denormal(value) {
      // Zero less one is above all.
      magnitude(value);
      if (double) {
        code.const64(-1, -1);
        code.op(Op.i64Add);
        code.const64(-1, (1 << (fraction + 1 - 32)) - 1);
        code.op(Op.i64LtU);
      } else {
        code.const(-1);
        code.op(Op.i32Add);
        code.const((1 << (fraction + 1)) - 1);
        code.op(Op.i32LtU);
      }
    },
    refuseOutside(value, zero, slow) {
      code.get(value);
      if (double) {
        code.op(Float.i64ReinterpretF64);
        code.const64(fraction, 0);
        code.op(Op.i64ShrU, Op.i32WrapI64);
      } else {
        code.op(Float.i32ReinterpretF32);
        code.const(fraction);
        code.op(Op.i32ShrU);
      }
      code.const(top);
      code.op(Op.i32And);
      code.const(2);
      code.op(Op.i32Sub);
      code.const(top - 2);
      code.op(Op.i32GeU);
      code.if();
      zero();
      code.op(Op.i32Eqz);
      code.branchIf(slow);
      code.end();
    },
    extract() {
      laneOp(vectors, double ? Simd.f64x2Extract : Simd.f32x4Extract, 0);
    },
    replace(value) {
      code.get(value);
      laneOp(vectors, double ? Simd.f64x2Replace : Simd.f32x4Replace, 0);
    },
  };
}

function packedLanes(vectors: Vectors, double: boolean): Lanes {
  const { code } = vectors.frame;
  const { fraction, top } = formatOf(double);
  const lanes: Lanes = {
    type: Type.v128,
    bytes: 16,
    op(name) {
      code.simd(PACKED[name][double ? 1 : 0]);
    },
    zero() {
      code.const64(0, 0);
      code.simd(Simd.i64x2Splat);
    },
    and() {
      code.simd(Simd.and);
    },
    or() {
      code.simd(Simd.or);
    },
    notAll() {
      code.simd(Simd.not);
      code.simd(Simd.anyTrue);
    },
    denormal(value) {
      absolute(value);
      power(1);
      lanes.op('lt');
      code.get(value);
      lanes.zero();
      code.simd(double ? Simd.f64x2Ne : Simd.f32x4Ne);
      code.simd(Simd.and);
      code.simd(Simd.anyTrue);
    },
    refuseOutside(value, zero, slow) {
      power(1);
      absolute(value);
      lanes.op('lt');
      zero();
      code.simd(Simd.or);
      absolute(value);
      power(top);
      lanes.op('lt');
      code.simd(Simd.and);
      lanes.notAll();
      code.branchIf(slow);
    },
    extract: () => undefined,
    replace(value) {
      code.op(Op.drop);
      code.get(value);
    },
  };
  function absolute(value: number): void {
    code.get(value);
    code.simd(double ? Simd.f64x2Abs : Simd.f32x4Abs);
  }
  /** The power of two with an exponent, in all lanes. */
  function power(exponent: number): void {
    if (double) {
      code.const64(0, exponent << (fraction - 32));
      code.simd(Simd.i64x2Splat);
    } else {
      code.const(exponent << fraction);
      code.simd(Simd.i32x4Splat);
    }
  }
  return lanes;
}

export const lanesOf = (vectors: Vectors, { packed, double }: FloatForm): Lanes =>
  packed ? packedLanes(vectors, double) : scalarLanes(vectors, double);
