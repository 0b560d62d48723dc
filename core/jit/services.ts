/**
 * What translated code asks of the processor beside the interpreter's handlers: small things that cannot fault, so that no state
 * has to be in place for them. Arguments and results are words.
 */
import { type Mmu, PAGE_FAULT } from '../cpu/paging/mmu.ts';

export interface Services {
  /**
   * `Mmu.refill`, for the first access of an instruction that would fault there. @returns the entry, or 0: the region must be left before the
   * instruction, which may have raised a page fault
   */
  refill(linear: number, size: number, right: number): number;
  /**
   * The same for a byte of a string instruction that is accessed next, whatever comes of it. @returns the entry, or 0: the handler must do it, faults
   * included
   */
  refillString(linear: number, right: number): number;
  /** `Mmu.refillFetch`, for code that is about to be executed. */
  refillFetch(linear: number, user: number): number;
}

/** How many arguments each of them has. */
export const SERVICE_PARAMETERS: Readonly<Record<keyof Services, number>> = {
  refill: 3,
  refillString: 2,
  refillFetch: 2,
};

export function createServices(mmu: Mmu, onPageFault: () => void): Services {
  return {
    refill(linear, size, right) {
      const entry = mmu.refill(linear, size, right);
      if (entry !== PAGE_FAULT) return entry;
      onPageFault();
      return 0;
    },
    refillString(linear, right) {
      const entry = mmu.refill(linear, 1, right);
      return entry === PAGE_FAULT ? 0 : entry;
    },
    refillFetch: (linear, user) => mmu.refillFetch(linear, user !== 0),
  };
}
