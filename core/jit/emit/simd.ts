/** SSE and SSE2 operations: one file for each kind, as in `core/cpu/sse`. */
import type { FlagWriter } from './flags.ts';
import { emitFloatConvert, emitFromInteger, emitToInteger } from './simd-conversions.ts';
import { emitFloat, emitFloatCompare, emitFloatOrder } from './simd-floats.ts';
import { emitVectorLanes, emitVectorShift, emitVectorShuffle } from './simd-lanes.ts';
import {
  emitVectorExtract,
  emitVectorInsert,
  emitVectorLoad,
  emitVectorSigns,
  emitVectorStore,
} from './simd-moves.ts';
import type { SimdOperation, Vectors } from './vectors.ts';

export function emitSimd(vectors: Vectors, flags: FlagWriter, of: SimdOperation): void {
  vectors.require();
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
