/** What steps know of returns to a program: which instructions make them, and whose stack the kernel has used. */
import { TR } from '../cpu/state.ts';
import type { Machine } from '../machine/machine.ts';
import { instructionKind } from './instruction-kind.ts';

/** How much of its stack a program may give back by a system call: frames of a signal, with all that the processor has saved there. */
export const MAX_UNWOUND = 0x1_0000;
const TASK_STATE_ESP0 = 4;

export interface FarReturns {
  /** ESP0 of the task state (SDM vol. 3A, 7.2.1), which tells threads of a program from each other; -1: it cannot be read. */
  kernelStack(): number;
  /** May the instruction at an address lead out of a handler? */
  leaves(last: number): boolean;
}

export function createFarReturns({ cpu, inspector }: Machine): FarReturns {
  const { segBase } = cpu.views;
  /** Addresses of instructions that have been looked at. */
  const leaving = new Map<number, boolean>();
  return {
    kernelStack() {
      const bytes = inspector.read(inspector.currentSpace(), (segBase[TR] + TASK_STATE_ESP0) >>> 0, 4);
      return bytes.length < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    },
    leaves(last) {
      let known = leaving.get(last);
      if (known === undefined) {
        known = instructionKind(inspector.read(inspector.currentSpace(), last, 16)) === 'far';
        leaving.set(last, known);
      }
      return known;
    },
  };
}
