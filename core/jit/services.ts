/**
 * What translated code asks of the processor beside the interpreter's handlers: small things that cannot fault, so that no state
 * has to be in place for them. Arguments and results are words.
 */
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
}

/** How many arguments each of them has. */
export const SERVICE_PARAMETERS: Readonly<Record<keyof Services, number>> = { loadSegment: 3 };

export function createServices({ state }: Views, segmentation: Segmentation): Services {
  return {
    loadSegment(seg, selector, mode) {
      if (!segmentation.loadPlainly(seg, selector)) return Loaded.Not;
      return modeNow(state) === mode ? Loaded.Fine : Loaded.Otherwise;
    },
  };
}
