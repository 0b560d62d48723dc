/**
 * How many ticks a machine runs between two looks at the clock. Each look costs some microseconds, and ends what a string instruction with REP does at
 * once, for each round is a tick: so a slice is as long as the guest's present speed allows. It says when the clock is looked at, never
 * what happens.
 */

/** What is run without a look when nothing is known of the speed: a millisecond at most. */
const LEAST_TICKS = 20_000;
/** Code may become much slower from one slice to the next: even then a pause is answered in time. */
const MOST_TICKS = 320_000;
/** A slice may take so long, in milliseconds. */
const AIM_MS = 0.5;

export interface SliceLength {
  readonly ticks: number;
  /** A slice of that length has taken so many milliseconds, or has ended sooner. */
  took(milliseconds: number): void;
}

export function createSliceLength(): SliceLength {
  let ticks = LEAST_TICKS;
  return {
    get ticks() {
      return ticks;
    },
    took(milliseconds) {
      if (milliseconds > AIM_MS) ticks = Math.max(LEAST_TICKS, ticks / 2);
      else if (milliseconds < AIM_MS / 2) ticks = Math.min(MOST_TICKS, ticks * 2);
    },
  };
}
