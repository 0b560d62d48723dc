/** A system call by SYSENTER, which says nothing of where it returns to: the kernel runs until the program that made it goes on. */
import { Pass, type StepGuard } from '../cpu/guard.ts';
import { CPL, ESP } from '../cpu/state.ts';
import type { Machine } from '../machine/machine.ts';
import { MAX_POPPED } from './detour.ts';
import type { StepHome } from './step-home.ts';

/** @param esp of the program that has made the call. @returns ends a run where it goes on */
export function kernelCallGuard({ cpu }: Machine, { ring, holds }: StepHome, esp: number): StepGuard {
  const { state, reg32 } = cpu.views;
  const isOnOwnStack = () => reg32[ESP] >>> 0 >= esp && (reg32[ESP] >>> 0) - esp < MAX_POPPED;
  return () => {
    if (state[CPL] !== ring) return Pass.Always;
    return holds() && isOnOwnStack() ? Pass.No : Pass.Once;
  };
}
