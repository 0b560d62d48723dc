/** SSE conversions between integers, singles and doubles (SDM vol. 1, 10.4.3, 11.4.1.6 and 11.4.4.2). */
import { FpuState } from '../../softfloat/softfloat.ts';
import type { Operation, Register, Vector } from '../ir.ts';
import { isMemory } from '../lift.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import { Float, Simd } from '../wasm/simd-opcodes.ts';
import { read } from './operands.ts';
import {
  leaveIfDenormal,
  leaveIfUnmasked,
  lengthOf,
  merged,
  openSource,
  refuseDenormal,
  refuseNan,
  twoArms,
} from './simd-floats.ts';
import { lanesOf, scalarLanes } from './simd-lane-types.ts';
import { loadVector } from './simd-moves.ts';
import { type Vectors, xmmAddress } from './vectors.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

/** Clears the upper half of a register in the state. */
function clearUpper({ frame: { code } }: Vectors, { register }: Vector): void {
  code.const(0);
  code.const64(0, 0);
  code.memory(Op.i64Store, xmmAddress(register) + 8);
}

export function emitFromInteger(vectors: Vectors, operation: Named<'float-from-integer'>): void {
  if (operation.form.packed) packedFromInteger(vectors, operation);
  else scalarFromInteger(vectors, operation);
}

function scalarFromInteger(vectors: Vectors, operation: Named<'float-from-integer'>): void {
  const { form, to, from } = operation;
  const { frame } = vectors;
  const { code } = frame;
  const { type, replace } = scalarLanes(vectors, form.double);
  const value = frame.temporary();
  const r = vectors.temporary(type);
  read(frame, from as Register, 32);
  code.set(value);
  const fast = () => {
    code.get(value);
    code.op(form.double ? Float.f64ConvertI32S : Float.f32ConvertI32S);
    code.set(r);
    vectors.get(to);
    replace(r);
    vectors.set(to, merged(vectors.knowledge(to), form));
  };
  // All integers of 32 bits are doubles.
  if (form.double) fast();
  else
    twoArms(vectors, fast, () => {
      vectors.spill(to);
      code.const(0);
      code.get(value);
      code.memory(Op.i32Store, FpuState.Source);
      code.const(xmmAddress(to.register));
      code.const(FpuState.Source);
      code.const(1);
      code.const(0);
      vectors.callSoftfloat('sseFromIntegers', 4, 1);
      leaveIfUnmasked(vectors);
      vectors.load(to);
    });
  frame.release(value);
  vectors.release(type, r);
}

function packedFromInteger(vectors: Vectors, { form, to, from }: Named<'float-from-integer'>): void {
  const { code } = vectors.frame;
  const value = vectors.temporary(Type.v128);
  if (from.kind === 'vector') vectors.get(from);
  else if (isMemory(from)) loadVector(vectors, from, form.double ? 8 : 16, !form.double);
  code.set(value);
  if (form.double) {
    code.get(value);
    code.simd(Simd.f64x2ConvertLowI32x4S);
    vectors.set(to, form);
  } else
    twoArms(
      vectors,
      () => {
        code.get(value);
        code.simd(Simd.f32x4ConvertI32x4S);
        vectors.set(to, form);
      },
      () => {
        code.const(0);
        code.get(value);
        code.simdMemory(Simd.store, FpuState.Source);
        code.const(xmmAddress(to.register));
        code.const(FpuState.Source);
        code.const(4);
        code.const(0);
        vectors.callSoftfloat('sseFromIntegers', 4, 1);
        leaveIfUnmasked(vectors);
        vectors.load(to);
      },
    );
  vectors.release(Type.v128, value);
}

export function emitToInteger(vectors: Vectors, operation: Named<'float-to-integer'>): void {
  const { form, truncate, to, from } = operation;
  const { frame } = vectors;
  const { code } = frame;
  const lanes = lanesOf(vectors, form);
  const source = openSource(vectors, lanes, from);
  const integral = vectors.temporary(lanes.type);
  const power = (sign: 1 | -1) => {
    code.float(sign * 0x8000_0000, form.double);
    if (form.packed) code.simd(form.double ? Simd.f64x2Splat : Simd.f32x4Splat);
  };
  twoArms(
    vectors,
    (slow) => {
      code.get(source.value);
      lanes.op(truncate ? 'trunc' : 'nearest');
      code.set(integral);
      power(-1);
      code.get(integral);
      lanes.op('le');
      code.get(integral);
      power(1);
      lanes.op('lt');
      lanes.and();
      lanes.notAll();
      code.branchIf(slow);
      code.get(integral);
      if (to.kind === 'vector') {
        code.simd(form.double ? Simd.i32x4TruncSatF64x2SZero : Simd.i32x4TruncSatF32x4S);
        vectors.set(to);
      } else {
        code.op(form.double ? Float.i32TruncF64S : Float.i32TruncF32S);
        frame.setRegister(to.register);
      }
    },
    () => {
      if (to.kind === 'vector') code.const(xmmAddress(to.register));
      else code.const(FpuState.Output);
      source.address();
      code.const(form.packed ? (form.double ? 2 : 4) : 1);
      code.const(form.double ? 1 : 0);
      code.const(truncate ? 1 : 0);
      if (to.kind === 'vector') {
        // An unmasked exception leaves the register as it is.
        vectors.spill(to);
        vectors.callSoftfloat('sseToIntegers', 5, 1);
        leaveIfUnmasked(vectors);
        if (form.double) clearUpper(vectors, to);
        vectors.load(to);
      } else {
        vectors.callSoftfloat('sseToIntegers', 5, 1);
        leaveIfUnmasked(vectors);
        code.const(0);
        code.memory(Op.i32Load, FpuState.Output);
        frame.setRegister(to.register);
      }
    },
  );
  source.release();
  vectors.release(lanes.type, integral);
}

export function emitFloatConvert(vectors: Vectors, operation: Named<'float-convert'>): void {
  const { form, to, from } = operation;
  const { code } = vectors.frame;
  const { packed, double } = form;
  const result = { packed, double: !double };
  const lanes = lanesOf(vectors, form);
  const narrow = lanesOf(vectors, result);
  const source = openSource(vectors, lanes, from, packed && !double ? 8 : lanes.bytes);
  const r = vectors.temporary(narrow.type);
  const slowly = () => {
    vectors.spill(to);
    code.const(xmmAddress(to.register));
    source.address();
    code.const(packed ? 2 : 1);
    code.const(double ? 0 : 1);
    vectors.callSoftfloat('sseConvertWidth', 4, 1);
    leaveIfUnmasked(vectors);
    if (packed && double) clearUpper(vectors, to);
    vectors.load(to);
    vectors.renew();
    leaveIfDenormal(vectors, to, result, lengthOf(operation));
  };
  // CVTPD2PS is rare.
  if (packed && double) {
    slowly();
    vectors.know(to, result);
  } else
    twoArms(
      vectors,
      (slow) => {
        refuseDenormal(vectors, lanes, from, source.value, form, slow);
        if (!double) refuseNan(vectors, lanes, source.value, source.value, slow);
        code.get(source.value);
        if (packed) code.simd(Simd.f64x2PromoteLowF32x4);
        else code.op(double ? Float.f32DemoteF64 : Float.f64PromoteF32);
        code.set(r);
        if (double) {
          narrow.refuseOutside(
            r,
            () => {
              for (const [value, of] of [
                [r, narrow],
                [source.value, lanes],
              ] as const) {
                code.get(value);
                of.zero();
                of.op('eq');
              }
              code.op(Op.i32And);
            },
            slow,
          );
        }
        vectors.get(to);
        narrow.replace(r);
        vectors.set(to, merged(vectors.knowledge(to), result));
      },
      slowly,
    );
  source.release();
  vectors.release(narrow.type, r);
}
