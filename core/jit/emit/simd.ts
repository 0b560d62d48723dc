/** MMX, SSE and SSE2 operations: one file for each kind, as in `core/cpu/sse`. */
import type { FlagWriter } from './flags.ts';
import { emitFloatConvert, emitFromInteger, emitToInteger } from './simd-conversions.ts';
import { emitFloat, emitFloatCompare, emitFloatOrder } from './simd-floats.ts';
import { emitVectorLanes, emitVectorShift, emitVectorShuffle } from './simd-lanes.ts';
import {
  emitVectorExtract,
  emitVectorInsert,
  emitLoadControl,
  emitStoreControl,
  emitVectorLoad,
  emitVectorSigns,
  emitVectorStore,
} from './simd-moves.ts';
import { type SimdOperation, usesMmx, usesSse, type Vectors } from './vectors.ts';
import type { X87Pointers } from './x87-pointers.ts';

export function emitSimd(vectors: Vectors, unit: X87Pointers, flags: FlagWriter, of: SimdOperation): void {
  const mmx = usesMmx(of);
  if (usesSse(of)) vectors.require();
  if (mmx) unit.requireMmx();
  if (of.op === 'vector-empty-mmx') unit.emptyMmx();
  else emitWhichever(vectors, flags, of);
  if (mmx && of.op !== 'vector-empty-mmx') unit.enterMmx();
}

function emitWhichever(
  vectors: Vectors,
  flags: FlagWriter,
  of: Exclude<SimdOperation, { op: 'vector-empty-mmx' }>,
): void {
  switch (of.op) {
    case 'vector-load':
      emitVectorLoad(vectors, of);
      return;
    case 'vector-store':
      emitVectorStore(vectors, of);
      return;
    case 'vector-insert':
      emitVectorInsert(vectors, of);
      return;
    case 'vector-extract':
      emitVectorExtract(vectors, of);
      return;
    case 'vector-load-control':
      emitLoadControl(vectors, of);
      return;
    case 'vector-store-control':
      emitStoreControl(vectors, of);
      return;
    case 'vector-signs':
      emitVectorSigns(vectors, of);
      return;
    case 'vector-lanes':
      emitVectorLanes(vectors, of);
      return;
    case 'vector-shuffle':
      emitVectorShuffle(vectors, of);
      return;
    case 'vector-shift':
      emitVectorShift(vectors, of);
      return;
    case 'float':
      emitFloat(vectors, of);
      return;
    case 'float-compare':
      emitFloatCompare(vectors, of);
      return;
    case 'float-order':
      emitFloatOrder(vectors, flags, of);
      return;
    case 'float-from-integer':
      emitFromInteger(vectors, of);
      return;
    case 'float-to-integer':
      emitToInteger(vectors, of);
      return;
    case 'float-convert':
      emitFloatConvert(vectors, of);
  }
}
