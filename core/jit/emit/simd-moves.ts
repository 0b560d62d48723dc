/** MMX and SSE data movement (SDM vol. 1, 9.4.2, 10.4.1.1, 11.4.1.1 and 11.4.2), and MXCSR. */
import { MXCSR_MASK } from '../../cpu/sse/state.ts';
import { FpuState } from '../../softfloat/softfloat.ts';
import type { Memory, Operation, Vector } from '../ir.ts';
import { isMemory } from '../lift.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import { Simd } from '../wasm/simd-opcodes.ts';
import { linearAddress, loadHost, locate, storeHost } from './memory.ts';
import type { Vectors } from './vectors.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

/**
 * Leaves the address in the machine's memory of an operand on the stack. An aligned operand that is not leaves the region: the
 * interpreter raises #GP.
 * @returns the offset of a load or a store there
 */
export function vectorAddress(
  { frame }: Vectors,
  memory: Memory,
  bytes: number,
  aligned: boolean,
  write: boolean,
): number {
  const { code } = frame;
  if (aligned) {
    linearAddress(frame, memory);
    code.const(15);
    code.op(Op.i32And);
    code.if();
    frame.leaveHere();
    code.end();
  }
  return locate(frame, memory, bytes, write);
}

const LOADS = { 4: Simd.load32Zero, 8: Simd.load64Zero, 16: Simd.load } as const;

/** Leaves a vector with the lowest `bytes` of memory on the stack; the rest is zero. */
export function loadVector(vectors: Vectors, memory: Memory, bytes: 4 | 8 | 16, aligned: boolean): void {
  const offset = vectorAddress(vectors, memory, bytes, aligned, false);
  vectors.frame.code.simdMemory(LOADS[bytes], offset);
}
/** Bytes of a register. */
export const bytesOf = ({ mmx }: Vector) => (mmx ? 8 : 16);

/** Leaves an operand of an instruction that works on all of it on the stack. Of XMM registers it is aligned in memory. */
export function wholeSource(
  vectors: Vectors,
  from: Named<'vector-lanes'>['from'],
  bytes: 4 | 8 | 16 = 16,
): void {
  if (isMemory(from)) loadVector(vectors, from, bytes, bytes === 16);
  else vectors.get(from);
}

function vectorZero({ frame: { code } }: Vectors): void {
  code.const64(0, 0);
  code.simd(Simd.i64x2Splat);
}

export function emitVectorLoad(vectors: Vectors, { to, from, bytes, aligned }: Named<'vector-load'>): void {
  if (isMemory(from)) {
    loadVector(vectors, from, bytes, aligned);
    vectors.set(to);
  } else if (from.kind === 'register') {
    vectorZero(vectors);
    vectors.frame.getRegister(from.register);
    laneOp(vectors, Simd.i32x4Replace, 0);
    vectors.set(to);
  } else if (bytes === 16 || from.mmx || to.mmx) {
    // What an MMX register does not have is zero, or is not kept.
    const known = vectors.knowledge(from);
    vectors.get(from);
    vectors.set(to, known);
  } else {
    vectorZero(vectors);
    vectors.get(from);
    laneOp(vectors, Simd.i64x2Extract, 0);
    laneOp(vectors, Simd.i64x2Replace, 0);
    vectors.set(to);
  }
}

/** An opcode with the number of a lane. */
export function laneOp({ frame: { code } }: Vectors, opcode: number, lane: number): void {
  code.simd(opcode);
  code.op(lane);
}

export function emitVectorStore(vectors: Vectors, operation: Named<'vector-store'>): void {
  const { from, to, bytes, upper, aligned } = operation;
  const { frame } = vectors;
  const { code } = frame;
  if (!isMemory(to)) {
    vectors.get(from);
    laneOp(vectors, Simd.i32x4Extract, 0);
    frame.setRegister(to.register);
    return;
  }
  const offset = vectorAddress(vectors, to, bytes, aligned, true);
  vectors.get(from);
  switch (bytes) {
    case 4:
      laneOp(vectors, Simd.i32x4Extract, 0);
      code.memory(Op.i32Store, offset);
      return;
    case 8:
      laneOp(vectors, Simd.i64x2Extract, upper ? 1 : 0);
      code.memory(Op.i64Store, offset);
      return;
    case 16:
      code.simdMemory(Simd.store, offset);
  }
}

const REPLACE = { 2: Simd.i16x8Replace, 4: Simd.i32x4Replace, 8: Simd.i64x2Replace } as const;

export function emitVectorInsert(vectors: Vectors, operation: Named<'vector-insert'>): void {
  const { to, from, bytes, toLane, fromLane } = operation;
  const { frame } = vectors;
  const { code } = frame;
  const wide = bytes === 8;
  const type = wide ? Type.i64 : Type.i32;
  const value = vectors.temporary(type);
  if (isMemory(from)) {
    const offset = vectorAddress(vectors, from, bytes, false, false);
    if (wide) code.memory(Op.i64Load, offset);
    else loadHost(frame, bytes === 2 ? 16 : 32, offset);
  } else if (from.kind === 'register') frame.getRegister(from.register);
  else {
    vectors.get(from);
    laneOp(vectors, wide ? Simd.i64x2Extract : Simd.i32x4Extract, fromLane);
  }
  code.set(value);
  vectors.get(to);
  code.get(value);
  laneOp(vectors, REPLACE[bytes], toLane);
  vectors.set(to);
  vectors.release(type, value);
}

export function emitVectorExtract(vectors: Vectors, { to, from, lane }: Named<'vector-extract'>): void {
  vectors.get(from);
  laneOp(vectors, Simd.i16x8ExtractU, lane);
  vectors.frame.setRegister(to.register);
}

const BITMASKS = { 16: Simd.i8x16Bitmask, 4: Simd.i32x4Bitmask, 2: Simd.i64x2Bitmask } as const;

export function emitVectorSigns(vectors: Vectors, { to, from, lanes }: Named<'vector-signs'>): void {
  vectors.get(from);
  vectors.frame.code.simd(BITMASKS[lanes]);
  vectors.frame.setRegister(to.register);
}

/** Reserved bits leave: the interpreter raises #GP. */
export function emitLoadControl(vectors: Vectors, { from }: Named<'vector-load-control'>): void {
  const { frame } = vectors;
  const { code } = frame;
  const value = frame.temporary();
  loadHost(frame, 32, locate(frame, from, 4, false));
  code.tee(value);
  code.const(~MXCSR_MASK);
  code.op(Op.i32And);
  code.if();
  frame.leaveHere();
  code.end();
  code.const(0);
  code.get(value);
  code.memory(Op.i32Store, FpuState.Mxcsr);
  vectors.renew();
  frame.release(value);
}

export function emitStoreControl({ frame }: Vectors, { to }: Named<'vector-store-control'>): void {
  const offset = locate(frame, to, 4, true);
  frame.code.const(0);
  loadHost(frame, 32, FpuState.Mxcsr);
  storeHost(frame, 32, offset);
}
