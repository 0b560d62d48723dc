/** Whose steps: the coroutine that a step began in, and of a user program its ring and its address space, which tell it from the others. */
import { CPL, CR3 } from '../cpu/state.ts';
import type { Machine } from '../machine/machine.ts';
import type { StepSpec } from '../protocol/machine-protocol.ts';
import { type Detour, isOnStack } from './detour.ts';

/** The ring of programs. */
export const PROGRAM = 3;

export interface StepHome {
  readonly coroutine: number;
  /** That the step began in. */
  readonly ring: number;
  isHome(): boolean;
  /** The program, or the kernel, of the step runs; what waits for an address may begin in another one. */
  sameProgram(): boolean;
  /** Both of it. */
  holds(): boolean;
  /** Code of the ring that the step began in runs, of a program in its own address space: also where that may be another one at the end. */
  isAsBegun(): boolean;
  /** Is a detour at its end, which a linear address may be? */
  hasArrived(to: Detour, linear: number): boolean;
}

export function createStepHome(machine: Machine, spec: StepSpec): StepHome {
  const { cpu, passages } = machine;
  const { state } = cpu.views;
  const coroutine = spec.kind === 'until' ? spec.coroutine : passages.current();
  const ring = state[CPL];
  const cr3 = state[CR3];
  const isProgram = (wanted: number, space: number) =>
    state[CPL] === wanted && (wanted !== PROGRAM || state[CR3] === space);
  const isIn = (wanted: number, space: number) => spec.kind === 'until' || isProgram(wanted, space);
  const isHome = () => passages.current() === coroutine;
  const sameProgram = () => isIn(ring, cr3);
  return {
    coroutine,
    ring,
    isHome,
    sameProgram,
    holds: () => isHome() && sameProgram(),
    isAsBegun: () => isHome() && isProgram(ring, cr3),
    hasArrived: (to, linear) =>
      linear === to.address &&
      isHome() &&
      (to.entry ? isIn(to.entry.from.ring, to.entry.cr3) : sameProgram()) &&
      isOnStack(machine, to),
  };
}
