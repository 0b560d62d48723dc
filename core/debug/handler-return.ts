/**
 * Handlers that do not go back to where they were entered from: one that skips an instruction (UD2 of an assertion, an emulated
 * one), one that leads a fault to its fixup, and the system call that ends a signal handler and gives the program back the state
 * it had before. A step that waits for the handler learns here that it is over all the same.
 *
 * Known by the stack: where a handler was entered is nobody else's ESP. What a system call takes off the stack of its program is
 * told from another thread by the kernel's stack, ESP0 of the task state (SDM vol. 3A, 7.2.1).
 */
import { Pass, type StepGuard } from '../cpu/guard.ts';
import { CPL, CR3, ESP, TR } from '../cpu/state.ts';
import type { Machine } from '../machine/machine.ts';
import type { TransitionRecord } from '../protocol/debug-protocol.ts';
import { instructionKind } from './instruction-kind.ts';

/** How much of its stack a program may give back by a system call: frames of a signal, with all that the processor has saved there. */
const MAX_UNWOUND = 0x1_0000;
const TASK_STATE_ESP0 = 4;
/** INT n. */
const INTERRUPT_SIZE = 2;

/**
 * @param entry of the handler
 * @param codeBase the base of CS where it was entered from
 * @param isHome the coroutine of the step has the processor
 * @returns ends a run where the handler has gone back, wherever that is; the place it was entered from needs a breakpoint of its own
 */
export function handlerReturnGuard(
  { cpu, inspector }: Machine,
  { kind, from, cr3 }: TransitionRecord,
  codeBase: number,
  isHome: () => boolean,
): StepGuard {
  const { state, reg32, segBase } = cpu.views;
  const isCall = kind === 'software-interrupt';
  /** A system call that has to be made again. */
  const again = isCall ? (codeBase + from.eip - INTERRUPT_SIZE) >>> 0 : -1;

  function kernelStack(): number {
    const bytes = inspector.read(inspector.currentSpace(), (segBase[TR] + TASK_STATE_ESP0) >>> 0, 4);
    return bytes.length < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }
  const isProgram = from.ring === 3;
  const unwinds = isCall && isProgram;
  const entered = unwinds ? kernelStack() : -1;

  function hasReturned(linear: number): boolean {
    if (state[CPL] !== from.ring || (isProgram && state[CR3] !== cr3) || !isHome()) return false;
    const above = (reg32[ESP] - from.esp) >>> 0;
    if (above === 0) return linear !== again;
    return unwinds && above < MAX_UNWOUND && kernelStack() === entered;
  }

  /** Addresses of instructions that lead out of a handler. */
  const leaving = new Map<number, boolean>();
  function leaves(last: number): boolean {
    let known = leaving.get(last);
    if (known === undefined) {
      known = instructionKind(inspector.read(inspector.currentSpace(), last, 16)) === 'far';
      leaving.set(last, known);
    }
    return known;
  }

  return (linear, last) => {
    if (hasReturned(linear)) return Pass.No;
    return leaves(last) ? Pass.Once : Pass.Always;
  };
}
