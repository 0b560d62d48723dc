/** The one-instruction hold after STI (interrupts) and after MOV SS and POP SS (interrupts and debug traps). */
import { SHADOW } from '../state.ts';

/** @param kind 1: interrupts; 2: interrupts, single step and breakpoints (SDM vol. 3A, section 6.8.3). */
export function holdInterrupts(state: Int32Array, kind: 1 | 2): void {
  state[SHADOW] = kind;
}
