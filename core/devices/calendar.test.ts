import { describe, expect, it } from 'vitest';
import { createRandom } from '../testing/random.ts';
import { calendarOf, secondsOf } from './calendar.ts';

describe('calendar', () => {
  it('agrees with the Gregorian calendar of the platform, there and back', () => {
    const random = createRandom(7);
    for (let i = 0; i < 5000; i++) {
      const seconds = random(2 ** 34) - 2 ** 32;
      const date = new Date(seconds * 1000);
      const time = calendarOf(seconds);
      expect(time).toEqual({
        second: date.getUTCSeconds(),
        minute: date.getUTCMinutes(),
        hour: date.getUTCHours(),
        weekday: date.getUTCDay(),
        day: date.getUTCDate(),
        month: date.getUTCMonth() + 1,
        year: date.getUTCFullYear(),
      });
      expect(secondsOf(time)).toBe(seconds);
    }
  });

  it('carries fields that are out of range', () => {
    const base = { second: 0, minute: 0, hour: 0, weekday: 0 };
    expect(calendarOf(secondsOf({ ...base, day: 30, month: 2, year: 2023 }))).toMatchObject({
      day: 2,
      month: 3,
    });
    expect(calendarOf(secondsOf({ ...base, day: 1, month: 13, year: 2023 }))).toMatchObject({
      month: 1,
      year: 2024,
    });
    expect(calendarOf(secondsOf({ ...base, day: 1, month: 0, year: 2023 }))).toMatchObject({
      month: 12,
      year: 2022,
    });
  });
});
