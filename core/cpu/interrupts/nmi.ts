/**
 * The non-maskable interrupt: an edge that is remembered until it is taken, and held back from then until the next IRET
 * (SDM vol. 3A, 6.7.1). At most one waits.
 */
import { Break, BREAK, HALTED, INTR, NMI_STATE, type Views } from '../state.ts';

/** Bit of `INTR`. */
export const NMI_PENDING = 2;
const HELD_BACK = 1;
const WAITING = 2;

export interface Nmi {
  /** An edge on the pin. */
  raise(): void;
  /** The interrupt is about to be delivered. */
  take(): void;
  /** IRET. */
  unblock(): void;
}

export function createNmi({ state }: Views): Nmi {
  return {
    raise() {
      if (state[NMI_STATE] !== 0) state[NMI_STATE] |= WAITING;
      else state[INTR] |= NMI_PENDING;
      state[BREAK] |= Break.Event;
    },
    take() {
      state[INTR] &= ~NMI_PENDING;
      state[NMI_STATE] = HELD_BACK;
      state[HALTED] = 0;
    },
    unblock() {
      if ((state[NMI_STATE] & WAITING) !== 0) state[INTR] |= NMI_PENDING;
      state[NMI_STATE] = 0;
    },
  };
}
