/*
 * Owns the clock of device tests: a tick counter that stands still until the test moves it, deadline by
 * deadline, as the machine does.
 */

import { Clock } from '../time/clock.ts';

/** A clock and the hand that moves it. */
export interface TestClock {
  readonly clock: Clock;
  /** Moves to `ticks`, stopping at every deadline on the way. */
  advanceTo(ticks: number): void;
  /** Moves on by `ticks`. */
  advance(ticks: number): void;
  /** Sets the counter without running anything, as a restored CPU state does. */
  jump(ticks: number): void;
}

/** A test clock at tick `start`. */
export function createTestClock(start = 0): TestClock {
  let now = start;
  const clock = new Clock(() => now);
  const advanceTo = (ticks: number): void => {
    while (clock.nextDeadline() <= ticks) {
      now = Math.max(now, clock.nextDeadline());
      clock.runDue();
    }
    now = ticks;
  };
  return {
    clock,
    advanceTo,
    advance: (ticks) => {
      advanceTo(now + ticks);
    },
    jump: (ticks) => {
      now = ticks;
    },
  };
}
