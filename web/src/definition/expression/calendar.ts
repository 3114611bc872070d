/**
 * Days and times of day, apart from any time zone. The calendar is the Gregorian one, also for the
 * years before it was made.
 */
import { OUT_OF_RANGE } from './value';

/** A day (counted from 1970-01-01) or the mark that it is outside the years 1 to 9999. */
export type Day = number | typeof OUT_OF_RANGE;

export interface Civil {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  /** From 1. */
  readonly day: number;
}

const FIRST = dayOf({ year: 1, month: 1, day: 1 });
const LAST = dayOf({ year: 9999, month: 12, day: 31 });

/** Refuses a day outside the years 1 to 9999, which some back end cannot hold. */
export function boundedDay(day: number): Day {
  return day >= FIRST && day <= LAST ? day : OUT_OF_RANGE;
}

/** The count of a day. Years begin in March here, so that the day of a leap year comes last. */
export function dayOf({ year, month, day }: Civil): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

/** Year, month and day of a count. */
export function civil(count: number): Civil {
  const shifted = count + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days of a month. */
function lengthOf(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** `n` days later. */
export function addDays(day: number, n: number): Day {
  return boundedDay(day + n);
}

/** `n` months later, the month's last day where the day does not exist. */
export function addMonths(count: number, n: number): Day {
  const { year, month, day } = civil(count);
  const months = year * 12 + month - 1 + n;
  const y = Math.floor(months / 12);
  // The size is tested first: far outside, the arithmetic of days is not exact.
  if (y < 1 || y > 9999) return OUT_OF_RANGE;
  const m = months - y * 12 + 1;
  return dayOf({ year: y, month: m, day: Math.min(day, lengthOf(y, m)) });
}

/** What `start_of` takes, each with the first day of that unit. */
const STARTS: Readonly<Record<string, (day: number) => Day>> = {
  year: (day) => dayOf({ year: civil(day).year, month: 1, day: 1 }),
  quarter: (day) => {
    const { year, month } = civil(day);
    return dayOf({ year, month: month - ((month - 1) % 3), day: 1 });
  },
  month: (day) => dayOf({ ...civil(day), day: 1 }),
  // 1970-01-01 was a Thursday, the fourth day of a week that begins on Monday.
  week: (day) => addDays(day, -((((day + 3) % 7) + 7) % 7)),
  day: (day) => day,
};

/** The first day of the year, quarter, month or week (Monday) a day lies in. */
export function startOf(unit: string, day: number): Day {
  return STARTS[unit]?.(day) ?? day;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** `2026-01-31`; a year beyond 9999, which only a time zone can bring about, with its sign. */
export function formatDay(count: number): string {
  const { year, month, day } = civil(count);
  const sign = year > 9999 ? '+' : year < 0 ? '-' : '';
  return `${sign}${String(Math.abs(year)).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

const DAY_FORM = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Reads `2026-01-31`; undefined where the text is no day in the years 1 to 9999. */
export function parseDay(text: string): number | undefined {
  const found = DAY_FORM.exec(text);
  if (found === null) return undefined;
  return dayFrom(Number(found[1]), Number(found[2]), Number(found[3]));
}

/** The day of that name, if there is one. */
export function dayFrom(year: number, month: number, day: number): number | undefined {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > lengthOf(year, month)) {
    return undefined;
  }
  return dayOf({ year, month, day });
}

const TIME_FORM = /^(\d\d?):(\d\d?)(?::(\d\d?))?$/;

/** Reads `09:30` or `09:30:00`: seconds since midnight; undefined where it is no time. */
export function parseTime(text: string): number | undefined {
  const found = TIME_FORM.exec(text);
  if (found === null) return undefined;
  return secondsFrom(Number(found[1]), Number(found[2]), Number(found[3] ?? 0));
}

/** Seconds since midnight, if there is such a time. A leap second is the first of the next minute. */
export function secondsFrom(hour: number, minute: number, second: number): number | undefined {
  return hour > 23 || minute > 59 || second > 60 ? undefined : hour * 3600 + minute * 60 + second;
}

/** `09:30:00` */
export function formatTime(seconds: number): string {
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
