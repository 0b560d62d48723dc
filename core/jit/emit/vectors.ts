/**
 * The XMM registers of a region, in locals, and what must hold before an SSE instruction runs. MMX registers stay in the state, where x87
 * instructions find them: as vectors their upper half is zero.
 *
 * - SSE is available (CR0.EM and CR0.TS clear, CR4.OSFXSR set): looked up when the region is entered, for nothing in a region
 *   changes these words: MOV to CRn, CLTS, LMSW and task switches end blocks and are the interpreter's, which ends the region. It
 *   is tested before an SSE instruction that no other one is in front of, which leaves, so that the interpreter raises #UD or #NM.
 * - Floating point is done with WebAssembly's own operations while MXCSR masks all exceptions, rounds to nearest, has
 *   denormals (DAZ, FTZ clear) and its inexact flag PE is set: then an operation changes MXCSR only if it meets or makes a
 *   denormal, an infinity, a NaN or a zero that is not exact. These are found by looking at operands and result
 *   (`simd-floats.ts`) and done by the soft-float core. `fast` holds this, and is renewed when MXCSR may have changed.
 *
 * Lanes that cannot be denormal need no look as operands: `known` has the registers whose lanes of a form are such, until
 * the block ends. A denormal that the soft-float core returns ends the stay in the region.
 */
import { CR0, Cr0, CR4, Cr4 } from '../../cpu/state.ts';
import { FpuState, type Softfloat } from '../../softfloat/softfloat.ts';
import type { FloatForm, Operation, Vector } from '../ir.ts';
import type { Region, RegionBlock } from '../region.ts';
import { isForNow } from '../specials.ts';
import { Op, Type, type ValueType } from '../wasm/opcodes.ts';
import { Simd } from '../wasm/simd-opcodes.ts';
import type { Frame } from './frame.ts';

/** All exceptions masked, PE set, round to nearest, no DAZ, no FTZ; and the bits that say so. */
const FAST_MXCSR = 0x1fa0;
const FAST_MASK = 0xffe0;

export const xmmAddress = (register: number) => FpuState.Xmm + register * 16;
/** Of the significand; sign and exponent stand behind it. */
const mmxAddress = (register: number) => FpuState.Registers + register * 16;
/** Sign and exponent of an x87 register that an MMX instruction has written. */
const WRITTEN = 0xffff;

/** Symbol of a function of the soft-float core. Its parameters are so many of 32 bits, or of types; its results have 32 bits. */
export type ImportSoftfloat = (
  name: keyof Softfloat,
  parameters: number | readonly ValueType[],
  results: number,
) => number;

export interface Vectors {
  readonly frame: Frame;
  /** Calls a function of the soft-float core with what is on the stack. */
  callSoftfloat(...of: Parameters<ImportSoftfloat>): void;
  /** Is MXCSR such that WebAssembly's operations do? A local of 0 or 1. */
  readonly fast: number;
  temporary(type: ValueType): number;
  release(type: ValueType, ...locals: number[]): void;
  get(vector: Vector): void;
  /** @param known lanes that are no denormals now */
  set(vector: Vector, known?: FloatForm): void;
  /** Puts a register into the state, or gets it from there. */
  spill(vector: Vector): void;
  load(vector: Vector): void;
  isKnown(vector: Vector, form: FloatForm): boolean;
  know(vector: Vector, form: FloatForm | undefined): void;
  knowledge(vector: Vector): FloatForm | undefined;
  /** Leaves if SSE is not available. Comes before every SSE instruction. */
  require(): void;
  /** Looks at MXCSR. */
  renew(): void;
  /** @param above the block that dominates it at once: what is known there holds */
  beginBlock(block: RegionBlock, above: RegionBlock | undefined): void;
  enterRegion(): void;
  /** At the entry, when all is in its local: see `specials.ts`. */
  leaveIfUsual(): void;
  spillAll(): void;
  /** Behind a handler of the interpreter. */
  loadAll(): void;
}

export type SimdOperation = Extract<Operation, { op: `vector-${string}` | 'float' | `float-${string}` }>;
const isSimd = (operation: Operation): operation is SimdOperation =>
  operation.op.startsWith('vector-') || operation.op.startsWith('float');

const operandsOf = (operation: SimdOperation): Vector[] =>
  (Object.values(operation) as unknown[]).filter(
    (operand): operand is Vector =>
      typeof operand === 'object' && operand !== null && 'kind' in operand && operand.kind === 'vector',
  );
/** Whether an operation is, or is also, one of MMX. */
export const usesMmx = (operation: Operation): boolean =>
  isSimd(operation) &&
  (operation.op === 'vector-empty-mmx' || operandsOf(operation).some((operand) => operand.mmx));
/** The same of SSE. */
export const usesSse = (operation: Operation): boolean =>
  isSimd(operation) &&
  (operation.op.endsWith('-control') || operandsOf(operation).some((operand) => !operand.mmx));

/** The XMM registers of a region. */
function vectorsOf(region: Region): Vector[] {
  const found = new Map<number, Vector>();
  for (const { operations } of region.blocks)
    for (const operation of operations.filter(isSimd))
      for (const operand of operandsOf(operation)) if (!operand.mmx) found.set(operand.register, operand);
  return [...found.values()].sort((a, b) => a.register - b.register);
}

export function createVectors(frame: Frame, region: Region, importSoftfloat: ImportSoftfloat): Vectors {
  const { code } = frame;
  const used = vectorsOf(region);
  const isUsed = region.blocks.some(({ operations }) => operations.some(usesSse));
  const locals = new Map(used.map(({ register }) => [register, code.local(Type.v128)]));
  const available = code.local();
  const fast = code.local();
  const free = new Map<ValueType, number[]>();
  const known = new Map<number, FloatForm>();
  /** Blocks at whose ends it is known that SSE is available; and the present one. */
  const required = new Set<RegionBlock>();
  let present: RegionBlock | undefined;
  const local = ({ register }: Vector) => locals.get(register)!;

  const vectors: Vectors = {
    frame,
    callSoftfloat(...of) {
      code.callSymbol(importSoftfloat(...of));
    },
    fast,
    temporary: (type) => free.get(type)?.pop() ?? code.local(type),
    release(type, ...back) {
      const list = free.get(type) ?? [];
      list.push(...back);
      free.set(type, list);
    },
    get(vector) {
      if (vector.mmx) {
        code.const(0);
        code.simdMemory(Simd.load64Zero, mmxAddress(vector.register));
      } else code.get(local(vector));
    },
    set(vector, now) {
      if (vector.mmx) setMmx(vector);
      else {
        code.set(local(vector));
        vectors.know(vector, now);
      }
    },
    spill(vector) {
      code.const(0);
      code.get(local(vector));
      code.simdMemory(Simd.store, xmmAddress(vector.register));
    },
    load(vector) {
      code.const(0);
      code.simdMemory(Simd.load, xmmAddress(vector.register));
      code.set(local(vector));
    },
    isKnown({ register }, { packed, double }) {
      const now = known.get(register);
      return now?.double === double && (now.packed || !packed);
    },
    know({ register }, form) {
      if (form) known.set(register, form);
      else known.delete(register);
    },
    knowledge: ({ register, mmx }) => (mmx ? undefined : known.get(register)),
    require() {
      if (!present || required.has(present)) return;
      required.add(present);
      code.get(available);
      code.op(Op.i32Eqz);
      code.if();
      frame.leaveHere();
      code.end();
    },
    renew() {
      code.const(0);
      code.memory(Op.i32Load, FpuState.Mxcsr);
      code.const(FAST_MASK);
      code.op(Op.i32And);
      code.const(FAST_MXCSR);
      code.op(Op.i32Eq);
      code.set(fast);
    },
    beginBlock(block, above) {
      present = block;
      // Once it was available, it is.
      if (above && required.has(above)) required.add(block);
      known.clear();
    },
    enterRegion() {
      if (!isUsed) return;
      used.forEach(vectors.load);
      frame.loadState(CR0);
      code.const(Cr0.EM | Cr0.TS);
      code.op(Op.i32And, Op.i32Eqz);
      frame.loadState(CR4);
      code.const(Cr4.OSFXSR);
      code.op(Op.i32And, Op.i32Eqz, Op.i32Eqz, Op.i32And);
      code.set(available);
      vectors.renew();
    },
    leaveIfUsual() {
      const isForNowHere = ({ source }: RegionBlock) =>
        source.insns.some((insn) => isForNow(insn, region.misses));
      if (!isUsed || !region.blocks.some(isForNowHere)) return;
      code.get(fast);
      code.if();
      frame.leaveAsUsual(region.blocks[0]!.eip);
      code.end();
    },
    spillAll() {
      used.forEach(vectors.spill);
    },
    loadAll() {
      if (!isUsed) return;
      used.forEach(vectors.load);
      known.clear();
      vectors.renew();
    },
  };
  function setMmx({ register }: Vector): void {
    const value = vectors.temporary(Type.v128);
    code.set(value);
    code.const(0);
    code.get(value);
    code.simdMemory(Simd.store64Lane, mmxAddress(register));
    code.op(0);
    code.const(0);
    code.const(WRITTEN);
    code.memory(Op.i32Store, mmxAddress(register) + 8);
    vectors.release(Type.v128, value);
  }
  return vectors;
}
