/** The variables and types of a kernel, in no function of it: what the expressions of descriptions are about. */
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import type { Coroutines } from '../coroutines.ts';
import { FrameValues } from '../frame-values.ts';
import type { MemoryCache } from '../memory-cache.ts';
import { type Frame, NO_CODE } from '../frame.ts';

export function kernelValues(
  coroutines: Coroutines,
  memory: MemoryCache,
  coroutine: CoroutineId,
): FrameValues {
  const frame: Frame = { coroutine, kind: 'code', name: '', depth: 0, ...NO_CODE };
  return new FrameValues(frame, coroutines, memory);
}
