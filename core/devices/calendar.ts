/*
 * Owns the proleptic Gregorian calendar for the clock chip: seconds since 1970 to fields and back, in plain
 * arithmetic, because the core knows no Date. Source: H. Hinnant, "chrono-compatible low-level date algorithms".
 */

/** A moment in the calendar, UTC. Fields outside their range are carried over by {@link secondsOf}. */
export interface CalendarTime {
  second: number;
  minute: number;
  hour: number;
  /** 0 is Sunday. Ignored by {@link secondsOf}. */
  weekday: number;
  day: number;
  /** 1 to 12. */
  month: number;
  year: number;
}

const SECONDS_PER_DAY = 86400;

/** Seconds since 1970-01-01T00:00:00Z. */
export function secondsOf(time: CalendarTime): number {
  const monthIndex = time.month - 1;
  const calendarYear = time.year + Math.floor(monthIndex / 12);
  const month = (((monthIndex % 12) + 12) % 12) + 1;
  const year = month <= 2 ? calendarYear - 1 : calendarYear;
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + time.day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const days = era * 146097 + dayOfEra - 719468;
  return days * SECONDS_PER_DAY + time.hour * 3600 + time.minute * 60 + time.second;
}

/** The fields of `seconds` since 1970, a whole number. */
export function calendarOf(seconds: number): CalendarTime {
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const rest = seconds - days * SECONDS_PER_DAY;
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    second: rest % 60,
    minute: Math.floor(rest / 60) % 60,
    hour: Math.floor(rest / 3600),
    weekday: (((days + 4) % 7) + 7) % 7,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    month,
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
  };
}
