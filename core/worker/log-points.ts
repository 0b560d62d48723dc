/**
 * Log points that were passed, on their way to the other side: a slice's in one message. A machine may pass them faster than anybody can
 * write them down, so it waits while many of them have not been heard of: else all that it says would come behind them.
 */
import type { LogPointHit } from '../protocol/debug-protocol.ts';

/** Passed and not heard of: then the machine waits. */
const MOST_UNHEARD = 1000;

export interface LogPoints {
  pass(hit: LogPointHit): void;
  /** Tells of those that were passed. */
  flush(): void;
  /** The other side has heard of so many. */
  heard(count: number): void;
  readonly isFull: boolean;
  /** There is another machine, which has passed none. */
  forget(): void;
}

export function createLogPoints(tell: (hits: readonly LogPointHit[]) => void): LogPoints {
  let passed: LogPointHit[] = [];
  let unheard = 0;
  return {
    pass(hit) {
      passed.push(hit);
    },
    flush() {
      if (passed.length === 0) return;
      unheard += passed.length;
      tell(passed);
      passed = [];
    },
    heard(count) {
      unheard = Math.max(0, unheard - count);
    },
    get isFull() {
      return passed.length + unheard >= MOST_UNHEARD;
    },
    forget() {
      passed = [];
      unheard = 0;
    },
  };
}
