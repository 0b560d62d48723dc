/**
 * Adaptive spinning, as locks have it: who expects a message within a moment looks for it over and over instead of sleeping, for a
 * thread that is woken up begins 20 to 100 µs later. Who spins keeps a core, where all are busy perhaps the one that the other side
 * waits for: so spinning in vain makes the next times be left out, twice as many after each.
 */

/** How long to spin, in milliseconds. */
export interface SpinLimits {
  /** Without a message. */
  readonly idle: number;
  /** In all. */
  readonly most: number;
}

export interface Spin {
  /** Takes messages until `done`, unless that has been in vain lately. */
  until(done: () => boolean, limits: SpinLimits): void;
}

/** Times that are left out at most before the next one. */
const MOST_LEFT_OUT = 64;

/**
 * @param receive handles a message that has arrived. @returns whether there was one
 * @param now milliseconds, monotonic
 */
export function createSpin(receive: () => boolean, now: () => number): Spin {
  let toLeaveOut = 0;
  let leftOut = 0;
  return {
    until(done, { idle, most }) {
      if (leftOut < toLeaveOut) {
        leftOut++;
        return;
      }
      leftOut = 0;
      const end = now() + most;
      let patience = Math.min(end, now() + idle);
      let isInVain = true;
      while (!done()) {
        if (receive()) {
          isInVain = false;
          patience = Math.min(end, now() + idle);
        }
        if (now() >= patience) break;
      }
      toLeaveOut = isInVain ? Math.min(MOST_LEFT_OUT, toLeaveOut * 2 + 1) : 0;
    },
  };
}
