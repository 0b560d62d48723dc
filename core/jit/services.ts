/**
 * What translated code asks of the processor beside the interpreter's handlers: small things that cannot fault, so that no state
 * has to be in place for them. Arguments and results are words.
 */
import { type Mmu, PAGE_FAULT } from '../cpu/paging/mmu.ts';
import type { Segmentation } from '../cpu/segmentation/segmentation.ts';
import type { Views } from '../cpu/state.ts';
import { modeNow } from './mode.ts';

/** What came of `loadSegment`. */
export const Loaded = {
  /** Nothing: the interpreter does it. */
  Not: 0,
  /** It is done, and the region goes on. */
  Fine: 1,
  /** It is done, and the region must be left: not all is as it takes for granted. */
  Otherwise: 2,
} as const;

export interface Services {
  /** Loads ES, DS, FS or GS. @param mode of the region */
  loadSegment(seg: number, selector: number, mode: number): number;
  /**
   * `Mmu.refill`, for the first access of an instruction that would fault there. @returns the entry, or 0: the region must be left before the
   * instruction, which may have raised a page fault
   */
  refill(linear: number, size: number, right: number): number;
}

/** How many arguments each of them has. */
export const SERVICE_PARAMETERS: Readonly<Record<keyof Services, number>> = { loadSegment: 3, refill: 3 };

export function createServices(
  { state }: Views,
  segmentation: Segmentation,
  mmu: Mmu,
  onPageFault: () => void,
): Services {
  return {
    refill(linear, size, right) {
      const entry = mmu.refill(linear, size, right);
      if (entry !== PAGE_FAULT) return entry;
      onPageFault();
      return 0;
    },
    loadSegment(seg, selector, mode) {
      if (!segmentation.loadPlainly(seg, selector)) return Loaded.Not;
      return modeNow(state) === mode ? Loaded.Fine : Loaded.Otherwise;
    },
  };
}
