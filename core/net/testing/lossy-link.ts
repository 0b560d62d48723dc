/*
 * Owns the bad network of tests: packets that are lost, doubled, delayed and so reordered, by a seeded generator
 * and in virtual time, the same way in every run.
 */

import { NetTimers, type NetClock } from '../timers.ts';

export interface LinkFaults {
  /** Of a thousand packets, so many are lost. */
  readonly lost: number;
  /** Of a thousand packets, so many come twice. */
  readonly doubled: number;
  /** Ticks that every packet takes. */
  readonly delay: number;
  /** Further ticks, at most, by chance: packets overtake each other. */
  readonly jitter: number;
}

export const PERFECT: LinkFaults = { lost: 0, doubled: 0, delay: 1000, jitter: 0 };

/** One direction of a link: what is sent into it comes out of `deliver`, or not. */
export function createLossyLink<Packet>(
  clock: NetClock,
  name: string,
  faults: LinkFaults,
  random: (n: number) => number,
  deliver: (packet: Packet) => void,
): (packet: Packet) => void {
  const timers = new NetTimers(clock, name);
  const travel = (packet: Packet): void => {
    const timer = timers.create(() => {
      deliver(packet);
    });
    timer.startAfter(faults.delay + (faults.jitter === 0 ? 0 : random(faults.jitter)));
  };
  return (packet) => {
    if (random(1000) >= faults.lost) {
      travel(packet);
    }
    if (random(1000) < faults.doubled) {
      travel(packet);
    }
  };
}
