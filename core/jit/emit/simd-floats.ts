/**
 * SSE floating-point arithmetic and comparison (SDM vol. 1, 10.4.1.2 to 10.4.1.4, 11.4.1; appendix E for the exceptions).
 *
 * Each instruction has two arms. The fast one (see `vectors.ts`) is WebAssembly's operation, taken if MXCSR allows it and no
 * operand is a denormal and the result is a normal number or an exact zero: such an operation raises nothing
 * but PE, which is set already. The slow arm leaves the region, or, where that is often, calls the soft-float core. That says 0 for an unmasked exception and has then
 * changed nothing but MXCSR's flags, as it will again when the interpreter repeats the instruction to raise #XM.
 */
import { FpuState } from '../../softfloat/softfloat.ts';
import { Flags, type FloatForm, type Memory, type Operation, type Vector, type VectorSource } from '../ir.ts';
import { isMemory } from '../lift.ts';
import { usesCore } from '../specials.ts';
import type { Label } from '../wasm/code.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import { Simd } from '../wasm/simd-opcodes.ts';
import type { FlagWriter } from './flags.ts';
import { type Lanes, lanesOf } from './simd-lane-types.ts';
import { loadVector, vectorAddress } from './simd-moves.ts';
import { type Vectors, xmmAddress } from './vectors.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

/** A source operand in a local of the lanes' type, and where the soft-float core finds it. */
export interface Source {
  readonly value: number;
  /** Puts it into the state and leaves its address there on the stack. */
  address(): void;
  release(): void;
}
function loadLanes(vectors: Vectors, { type }: Lanes, memory: Memory, bytes: 4 | 8 | 16): void {
  const { code } = vectors.frame;
  if (type === Type.v128) loadVector(vectors, memory, bytes, bytes === 16);
  else {
    const offset = vectorAddress(vectors, memory, bytes, false, false);
    code.memory(type === Type.f64 ? Op.f64Load : Op.f32Load, offset);
  }
}
/** Reads a source operand. It may leave the region: nothing has changed yet. */
export function openSource(
  vectors: Vectors,
  lanes: Lanes,
  from: VectorSource,
  bytes: 4 | 8 | 16 = lanes.bytes,
): Source {
  const { code } = vectors.frame;
  const { type } = lanes;
  const value = vectors.temporary(type);
  if (isMemory(from)) loadLanes(vectors, lanes, from, bytes);
  else {
    vectors.get(from);
    lanes.extract();
  }
  code.set(value);
  return {
    value,
    address() {
      if (isMemory(from)) {
        code.const(0);
        code.get(value);
        if (type === Type.v128) code.simdMemory(Simd.store, FpuState.Source);
        else code.memory(type === Type.f64 ? Op.f64Store : Op.f32Store, FpuState.Source);
        code.const(FpuState.Source);
      } else {
        vectors.spill(from);
        code.const(xmmAddress(from.register));
      }
    },
    release() {
      vectors.release(type, value);
    },
  };
}

/** Else the region is left: a call, though it is hardly ever made, has the engine keep all that is in registers in memory around it. */
const callsCore = ({ frame: { insn, misses } }: Vectors) => insn === undefined || usesCore(insn, misses);

/** Runs `fast` if MXCSR allows it, and `slow` if it does not or if `fast` branches to its label. */
export function twoArms(vectors: Vectors, fast: (slow: Label) => void, slow: () => void): void {
  const { code } = vectors.frame;
  const done = code.block();
  const other = code.block();
  code.get(vectors.fast);
  code.op(Op.i32Eqz);
  code.branchIf(other);
  fast(other);
  code.branch(done);
  code.end();
  if (callsCore(vectors)) {
    slow();
    vectors.renew();
  } else vectors.frame.leaveForSpecial();
  code.end();
}
/** Leaves before the present instruction if a function of the soft-float core, whose result is on the stack, said 0. */
export function leaveIfUnmasked({ frame }: Vectors): void {
  frame.code.op(Op.i32Eqz);
  frame.code.if();
  frame.leaveHere();
  frame.code.end();
}
/** Leaves behind the present instruction if a register has a denormal: from here on it is known to have none. */
export function leaveIfDenormal(vectors: Vectors, vector: Vector, form: FloatForm, length: number): void {
  const { frame } = vectors;
  const { code } = frame;
  const lanes = lanesOf(vectors, form);
  const value = vectors.temporary(lanes.type);
  vectors.get(vector);
  lanes.extract();
  code.set(value);
  lanes.denormal(value);
  code.if();
  frame.leaveBehind(length);
  code.end();
  vectors.release(lanes.type, value);
}
export const lengthOf = ({ insn }: Operation) => insn.end - insn.start;

/** What a register is known to be when one form of it has no denormals now. */
export function merged(before: FloatForm | undefined, now: FloatForm): FloatForm {
  return before?.packed === true && before.double === now.double ? before : now;
}

/** The numbers of `softfloat/assembly/sse.ts`. */
const OPERATIONS = { add: 0, mul: 1, sub: 2, min: 3, div: 4, max: 5, sqrt: 6 } as const;

/** An operand, unless its register is known to have no denormals: else to the slow arm. */
export function refuseDenormal(
  vectors: Vectors,
  lanes: Lanes,
  of: VectorSource,
  value: number,
  form: FloatForm,
  slow: Label,
): void {
  if (of.kind === 'vector' && vectors.isKnown(of, form)) return;
  lanes.denormal(value);
  vectors.frame.code.branchIf(slow);
}
export function refuseNan(vectors: Vectors, lanes: Lanes, a: number, b: number, slow: Label): void {
  const { code } = vectors.frame;
  for (const value of [a, b]) {
    code.get(value);
    code.get(value);
    lanes.op('eq');
  }
  lanes.and();
  lanes.notAll();
  code.branchIf(slow);
}

export function emitFloat(vectors: Vectors, operation: Named<'float'>): void {
  const { name, form, to, from } = operation;
  const { frame } = vectors;
  const { code } = frame;
  const lanes = lanesOf(vectors, form);
  const source = openSource(vectors, lanes, from);
  const a = vectors.temporary(lanes.type);
  const r = vectors.temporary(lanes.type);
  const b = source.value;
  const isZero = (value: number) => {
    code.get(value);
    lanes.zero();
    lanes.op('eq');
  };
  /** Leaves whether a result of zero is exact. */
  const exactZero = () => {
    isZero(r);
    if (name === 'mul' || name === 'div') {
      isZero(a);
      if (name === 'mul') {
        isZero(b);
        lanes.or();
      }
      lanes.and();
    }
  };
  function extremum(): void {
    // MIN: a < b ? a : b; MAX: b < a ? a : b. With equal operands the second one.
    const [x, y] = name === 'min' ? [a, b] : [b, a];
    code.get(a);
    code.get(b);
    code.get(x);
    code.get(y);
    lanes.op('lt');
    if (form.packed) code.simd(Simd.bitselect);
    else code.op(Op.select);
  }

  twoArms(
    vectors,
    (slow) => {
      if (name !== 'sqrt') {
        vectors.get(to);
        lanes.extract();
        code.set(a);
        refuseDenormal(vectors, lanes, to, a, form, slow);
      }
      if (from.kind !== 'vector' || from.register !== to.register || name === 'sqrt')
        refuseDenormal(vectors, lanes, from, b, form, slow);
      if (name === 'min' || name === 'max') {
        refuseNan(vectors, lanes, a, b, slow);
        extremum();
        code.set(r);
      } else {
        if (name !== 'sqrt') code.get(a);
        code.get(b);
        lanes.op(name);
        code.set(r);
        lanes.refuseOutside(r, exactZero, slow);
      }
      vectors.get(to);
      lanes.replace(r);
      vectors.set(to, merged(vectors.knowledge(to), form));
    },
    () => {
      vectors.spill(to);
      code.const(OPERATIONS[name]);
      code.const(xmmAddress(to.register));
      source.address();
      code.const(form.packed ? (form.double ? 2 : 4) : 1);
      code.const(form.double ? 1 : 0);
      vectors.callSoftfloat('sseArithmetic', 5, 1);
      leaveIfUnmasked(vectors);
      vectors.load(to);
      vectors.renew();
      leaveIfDenormal(vectors, to, form, lengthOf(operation));
    },
  );
  source.release();
  vectors.release(lanes.type, a, r);
}

export function emitFloatCompare(vectors: Vectors, operation: Named<'float-compare'>): void {
  const { predicate, form, to, from } = operation;
  const { code } = vectors.frame;
  const lanes = lanesOf(vectors, form);
  const source = openSource(vectors, lanes, from);
  const a = vectors.temporary(lanes.type);
  const b = source.value;
  /** Unordered operands are in the slow arm. */
  function holds(): void {
    const kind = predicate & 3;
    if (kind === 3) {
      if (form.packed) lanes.zero();
      else code.const(0);
    } else {
      code.get(a);
      code.get(b);
      lanes.op(kind === 0 ? 'eq' : kind === 1 ? 'lt' : 'le');
    }
    if ((predicate & 4) === 0) return;
    if (form.packed) code.simd(Simd.not);
    else code.op(Op.i32Eqz);
  }
  twoArms(
    vectors,
    (slow) => {
      vectors.get(to);
      lanes.extract();
      code.set(a);
      refuseDenormal(vectors, lanes, to, a, form, slow);
      refuseDenormal(vectors, lanes, from, b, form, slow);
      refuseNan(vectors, lanes, a, b, slow);
      if (form.packed) holds();
      else {
        // 0 or 1 to a lane of zeros or ones.
        vectors.get(to);
        code.const(0);
        holds();
        code.op(Op.i32Sub);
        if (form.double) code.op(Op.i64ExtendI32S);
        code.simd(form.double ? Simd.i64x2Replace : Simd.i32x4Replace);
        code.op(0);
      }
      vectors.set(to);
    },
    () => {
      vectors.spill(to);
      code.const(predicate);
      code.const(xmmAddress(to.register));
      source.address();
      code.const(form.packed ? (form.double ? 2 : 4) : 1);
      code.const(form.double ? 1 : 0);
      vectors.callSoftfloat('sseCompare', 5, 1);
      leaveIfUnmasked(vectors);
      vectors.load(to);
    },
  );
  source.release();
  vectors.release(lanes.type, a);
}

export function emitFloatOrder(vectors: Vectors, flags: FlagWriter, operation: Named<'float-order'>): void {
  const { quietly, form, a: first, b: second, flags: live } = operation;
  const { frame } = vectors;
  const { code, locals } = frame;
  const lanes = lanesOf(vectors, form);
  const source = openSource(vectors, lanes, second);
  const a = vectors.temporary(lanes.type);
  const b = source.value;
  const image = frame.temporary();
  const compared = (name: 'eq' | 'lt') => {
    code.get(a);
    code.get(b);
    lanes.op(name);
  };
  twoArms(
    vectors,
    (slow) => {
      vectors.get(first);
      lanes.extract();
      code.set(a);
      refuseDenormal(vectors, lanes, first, a, form, slow);
      refuseDenormal(vectors, lanes, second, b, form, slow);
      refuseNan(vectors, lanes, a, b, slow);
      flags.none(live & Flags.Overflow);
      if ((live & Flags.Result) !== 0) {
        // PF is clear: ADJ is the complement of the result (see `cpu/integer/flags.ts`).
        compared('eq');
        code.tee(locals.adjust);
        code.op(Op.i32Eqz);
        code.set(locals.result);
      }
      if ((live & Flags.Carry) !== 0) {
        compared('lt');
        flags.carry();
      }
    },
    () => {
      vectors.spill(first);
      code.const(xmmAddress(first.register));
      source.address();
      code.const(form.double ? 1 : 0);
      code.const(quietly ? 1 : 0);
      vectors.callSoftfloat('sseCompareFlags', 4, 1);
      code.set(image);
      // -1 stands for an unmasked exception.
      code.get(image);
      code.const(-1);
      code.op(Op.i32Ne);
      leaveIfUnmasked(vectors);
      flags.fromComparison(image, live);
    },
  );
  flags.known = 'nothing';
  source.release();
  frame.release(image);
  vectors.release(lanes.type, a);
}
