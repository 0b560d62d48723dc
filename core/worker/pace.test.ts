/** Real and virtual time side by side. */
import { describe, expect, it } from 'vitest';
import { NANOSECONDS_PER_TICK } from '../time/clock.ts';
import { createPace } from './pace.ts';

const TICKS_PER_MS = 1e6 / NANOSECONDS_PER_TICK;

/** A machine whose time is set by hand, in milliseconds. It begins at 1000 while the clock shows 5. */
function begin() {
  const times = { real: 5, virtual: 1000 };
  const pace = createPace(
    () => times.real,
    () => times.virtual * 1e6,
  );
  return { times, pace, until: (ms: number) => pace.until(ms * TICKS_PER_MS) };
}

describe('the pace of real time', () => {
  it('waits as long as a halt lasts', () => {
    const { times, pace, until } = begin();
    expect(until(1004)).toBe(4);
    times.real += 3;
    expect(until(1004)).toBe(1);
    expect(pace.tick()).toBe(1003 * TICKS_PER_MS);
    times.real += 3;
    expect(until(1004)).toBe(-2);
  });

  it('waits longer after work that was done sooner than in virtual time, and less after work that took longer', () => {
    const { times, until } = begin();
    times.real += 10;
    times.virtual += 70;
    expect(until(1074)).toBe(64);
    times.real += 100;
    expect(until(1074)).toBe(-36);
  });

  it('does not stand still for as long as a machine has got ahead', () => {
    const { times, until } = begin();
    times.real += 20_000;
    times.virtual += 60_000;
    expect(until(61_004)).toBe(4);
  });

  it('does not have all timers come at once of which a machine is late', () => {
    const { times, until } = begin();
    times.real += 60_000;
    times.virtual += 20_000;
    expect(until(21_004)).toBe(4);
  });

  it('waits for ever for what never comes', () => {
    expect(begin().until(Infinity)).toBe(Infinity);
  });

  it('begins anew where it is told to', () => {
    const { times, pace, until } = begin();
    times.real += 50;
    pace.anchor();
    expect(until(1001)).toBe(1);
  });
});
