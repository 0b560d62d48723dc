/**
 * Calls that are left without a return: a step that waits for one learns here that it goes on elsewhere.
 *
 * Within a program or a kernel it goes on in a frame of a caller (`caller-frames.ts`). A program's frame may also be left by its kernel,
 * which gives back the state that the program had before a signal: then the program comes back from a system call on a higher stack. That
 * is told from another thread of it by the kernel's stack and by GS, where both Linux and Windows have what belongs to a thread.
 */
import { Pass, type StepGuard } from '../cpu/guard.ts';
import { ESP } from '../cpu/state.ts';
import type { Machine } from '../machine/machine.ts';
import type { CallerFrames } from './caller-frames.ts';
import { createFarReturns, MAX_UNWOUND } from './far-returns.ts';
import { PROGRAM, type StepHome } from './step-home.ts';

const GS = 5;

/**
 * @param frames that the step may come back to
 * @param home whose step it is
 * @param waitsFor ESP that a call which is waited for returns to; 0 where nothing is known of it
 * @returns ends a run where the call has been left; nothing when that cannot be known
 */
export function createLeftCalls(
  machine: Machine,
  frames: CallerFrames | undefined,
  { ring, isAsBegun }: StepHome,
  waitsFor: () => number,
): StepGuard | undefined {
  const { reg32, segBase } = machine.cpu.views;
  const isProgram = ring === PROGRAM;
  if (!frames && !isProgram) return undefined;
  const { kernelStack, leaves } = createFarReturns(machine);
  const thread = { stack: isProgram ? kernelStack() : 0, base: segBase[GS] };

  function isGivenBack(): boolean {
    if (!isAsBegun()) return false;
    const stack = waitsFor();
    const above = (reg32[ESP] - stack) >>> 0;
    const isAbove = stack > 0 && above > 0 && above < MAX_UNWOUND;
    return isAbove && segBase[GS] === thread.base && kernelStack() === thread.stack;
  }

  return (linear, last) => {
    if (frames?.mayHold(linear)) return isAsBegun() && frames.isUppermost(linear) ? Pass.No : Pass.Once;
    if (!isProgram) return Pass.Always;
    if (isGivenBack()) return Pass.No;
    // Who comes behind a return is to be asked for.
    return leaves(last) ? Pass.Once : Pass.Always;
  };
}

/** Two guards at once: a block passes as both say. */
export function bothGuards(one: StepGuard | undefined, other: StepGuard | undefined): StepGuard | undefined {
  if (!one || !other) return one ?? other;
  return (linear, last) => {
    const first = one(linear, last);
    const second = other(linear, last);
    return first < second ? first : second;
  };
}
