/**
 * A machine at the pace of real time. Busy, it runs as fast as it can; halted, it waits as long as its halt lasts. So virtual time gets ahead of real time
 * or falls behind it. A little of that is made up for by the next halts, which keeps a guest's clock right; more is forgotten: a guest
 * would stand still for as long as a boot at three times its nominal speed has got ahead, or all its timers would come at once.
 */
import { NANOSECONDS_PER_TICK } from '../time/clock.ts';

/** How far the two may be apart, in milliseconds. */
const MOST_APART_MS = 100;

export interface Pace {
  /** They are the same now, whatever was before. */
  anchor(): void;
  /** How long the processor, which is halted, has to wait until a tick has come, in milliseconds; below 0 if that is late. */
  until(tick: number): number;
  /** The tick that it is by real time. */
  tick(): number;
}

/**
 * @param real milliseconds of real time, from anywhere
 * @param virtual nanoseconds of virtual time. Whoever ends a wait before its tick has come lets it pass up to `tick`.
 */
export function createPace(real: () => number, virtual: () => number): Pace {
  /** Real time when virtual time was 0, as it looks now. */
  let start = 0;
  const anchor = () => {
    start = real() - virtual() / 1e6;
  };
  anchor();
  return {
    anchor,
    until(tick) {
      if (Math.abs(real() - start - virtual() / 1e6) > MOST_APART_MS) anchor();
      return start + (tick * NANOSECONDS_PER_TICK) / 1e6 - real();
    },
    tick: () => Math.floor(((real() - start) * 1e6) / NANOSECONDS_PER_TICK),
  };
}
