import { describe, expect, it } from 'vitest';
import { createSliceLength } from './slice-length.ts';

/** The lengths that follow when each tick takes so many nanoseconds. */
function lengths(length: ReturnType<typeof createSliceLength>, nanoseconds: number): number[] {
  return Array.from({ length: 12 }, () => {
    length.took((length.ticks * nanoseconds) / 1e6);
    return length.ticks;
  });
}

describe('the length of a slice', () => {
  it('grows to a bound while the guest is fast', () => {
    const slices = lengths(createSliceLength(), 0.1);
    expect(slices[0]).toBeGreaterThan(20_000);
    expect(slices.at(-1)).toBe(320_000);
  });
  it('takes between a quarter and a half of a millisecond, or nearly, when the guest is of middling speed', () => {
    const last = lengths(createSliceLength(), 5).at(-1)!;
    expect(last * 5e-6).toBeGreaterThanOrEqual(0.25);
    expect(last * 5e-6).toBeLessThanOrEqual(0.5);
  });
  it('shrinks to what it was at first when the guest becomes slow', () => {
    const length = createSliceLength();
    lengths(length, 0.1);
    expect(lengths(length, 100).at(-1)).toBe(20_000);
  });
});
