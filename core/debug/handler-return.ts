/**
 * Handlers that do not go back to where they were entered from: one that skips an instruction (UD2 of an assertion, an emulated
 * one), one that leads a fault to its fixup, and the system call that ends a signal handler and gives the program back the state
 * it had before. A step that waits for the handler learns here that it is over all the same.
 *
 * Known by the stack: where a handler was entered is nobody else's ESP. What a system call takes off the stack of its program is
 * told from another thread by the kernel's stack, ESP0 of the task state (SDM vol. 3A, 7.2.1).
 */
import { Pass, type StepGuard } from '../cpu/guard.ts';
import { CPL, CR3, ESP } from '../cpu/state.ts';
import type { Machine } from '../machine/machine.ts';
import type { TransitionRecord } from '../protocol/debug-protocol.ts';
import { createFarReturns, MAX_UNWOUND } from './far-returns.ts';

/** INT n. */
const INTERRUPT_SIZE = 2;

/**
 * @param entry of the handler
 * @param codeBase the base of CS where it was entered from
 * @param isHome the coroutine of the step has the processor
 * @returns ends a run where the handler has gone back, wherever that is; the place it was entered from needs a breakpoint of its own
 */
export function handlerReturnGuard(
  machine: Machine,
  { kind, from, cr3 }: TransitionRecord,
  codeBase: number,
  isHome: () => boolean,
): StepGuard {
  const { state, reg32 } = machine.cpu.views;
  const { kernelStack, leaves } = createFarReturns(machine);
  const isCall = kind === 'software-interrupt';
  /** A system call that has to be made again. */
  const again = isCall ? (codeBase + from.eip - INTERRUPT_SIZE) >>> 0 : -1;

  const isProgram = from.ring === 3;
  const unwinds = isCall && isProgram;
  const entered = unwinds ? kernelStack() : -1;

  function hasReturned(linear: number): boolean {
    if (state[CPL] !== from.ring || (isProgram && state[CR3] !== cr3) || !isHome()) return false;
    const above = (reg32[ESP] - from.esp) >>> 0;
    if (above === 0) return linear !== again;
    return unwinds && above < MAX_UNWOUND && kernelStack() === entered;
  }

  return (linear, last) => {
    if (hasReturned(linear)) return Pass.No;
    return leaves(last) ? Pass.Once : Pass.Always;
  };
}
