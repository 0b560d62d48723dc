/**
 * The frames that a step may come back to, known by their canonical frame addresses (DWARF 5 §6.4), as the adapter has found them: whatever
 * takes calls off the stack without returning from them (longjmp, an exception that unwinds, code of the kernel's own) goes on in one of
 * them. A frame that runs again is the uppermost one: what it has called is gone.
 */
import type { Cpu } from '../cpu/cpu.ts';
import { ESP } from '../cpu/state.ts';
import { CALLER_ROW, type FrameRules, IN_EXTENT } from '../protocol/machine-protocol.ts';

export interface CallerFrames {
  /** Is the code at a linear address that of one of the frames, or of another call of their functions? */
  mayHold(linear: number): boolean;
  /** Is it one of the frames that is about to go on there? */
  isUppermost(linear: number): boolean;
}

/** Columns of `FrameRules.rows`. */
const RULES_ROW = 4;

const NONE: readonly number[] = [];

/**
 * @param own the frame that steps
 * @param callers of it, as `StepSpec.callers`
 * @returns nothing when there are no frames
 */
export function createCallerFrames(
  { views }: Cpu,
  own: FrameRules | undefined,
  callers: Uint32Array | undefined,
): CallerFrames | undefined {
  const { reg32 } = views;
  const rows: number[] = [];
  for (let at = 0; own && at < own.rows.length; at += RULES_ROW)
    rows.push(...own.rows.subarray(at, at + RULES_ROW), own.cfa);
  if (callers) rows.push(...callers);
  if (rows.length === 0) return undefined;

  /** Where the rows of an address stand: one for each frame of the function. */
  const known = new Map<number, readonly number[]>();
  function rowsOf(linear: number): readonly number[] {
    let found = known.get(linear);
    if (!found) {
      const places: number[] = [];
      for (let at = 0; at < rows.length; at += CALLER_ROW)
        if (linear >= rows[at] && linear < rows[at + 1]) places.push(at);
      known.set(linear, (found = places.length > 0 ? places : NONE));
    }
    return found;
  }
  function isFrame(at: number): boolean {
    const [register, offset, cfa] = [rows[at + 2], rows[at + 3], rows[at + 4]];
    const stack = reg32[ESP] >>> 0;
    if (register === IN_EXTENT) return stack >= offset && stack < cfa;
    return (reg32[register] + offset) >>> 0 === cfa >>> 0;
  }
  return {
    mayHold: (linear) => rowsOf(linear).length > 0,
    isUppermost: (linear) => rowsOf(linear).some(isFrame),
  };
}
