import { describe, expect, it } from 'vitest';
import { civil, dayOf, formatDay, formatTime, parseDay, parseTime } from './calendar';
import { atScale, formatDecimal, parseDecimal } from './decimal';
import { formatInstant, parseInstant } from './instant';
import { OUT_OF_RANGE, type Result } from './value';
import { clockAt, dayAt, shift, startOfDay, type Zone } from './zone';

/** In the wire form, for a failure to be readable. */
function written(value: Result | undefined, write: (value: never) => string): string {
  if (value === undefined) return 'none';
  return value === OUT_OF_RANGE ? 'out of range' : write(value as never);
}

describe('decimals', () => {
  it.each([
    ['1.50', '1.5'],
    ['-0.00', '0'],
    ['+7', '7'],
    ['007', '7'],
    ['0.00000000005', '0.0000000001'],
    ['-0.00000000005', '-0.0000000001'],
    ['0.000000000049', '0'],
    ['999999999999999999.9999999999', '999999999999999999.9999999999'],
    ['999999999999999999.99999999995', 'out of range'],
    ['-1000000000000000000', 'out of range'],
    ['', 'none'],
    ['.5', 'none'],
    ['1.', 'none'],
    ['1e3', 'none'],
    ['1,000', 'none'],
  ])('%j is %s', (text, expected) => {
    expect(written(parseDecimal(text), formatDecimal)).toBe(expected);
  });

  it.each([
    ['1.005', 2, '1.01'],
    ['-1.005', 2, '-1.01'],
    ['2.5', 0, '3'],
    ['-0.004', 2, '0.00'],
    ['12', 4, '12.0000'],
    ['142.9285714286', 10, '142.9285714286'],
    ['x', 2, undefined],
    ['999999999999999999.999', 2, undefined],
  ])('%s at %i places is %s', (text, scale, expected) => {
    expect(atScale(text, scale)).toBe(expected);
  });
});

describe('days', () => {
  it("are those of the platform's calendar, from the year 1 to 9999", () => {
    for (let day = -719_162; day <= 2_932_896; day += 97) {
      const date = new Date(day * 86_400_000);
      const known = {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
      };
      expect(civil(day)).toEqual(known);
      expect(dayOf(known)).toBe(day);
      expect(parseDay(formatDay(day))).toBe(day);
    }
  });

  it.each(['2026-02-29', '2026-13-01', '2026-00-10', '0000-01-01', '2026-1-1', '2026-01-32', '20260101'])(
    '%s is none',
    (text) => {
      expect(parseDay(text)).toBeUndefined();
    },
  );
});

describe('times', () => {
  it.each([
    ['09:30', '09:30:00'],
    ['23:59:59', '23:59:59'],
    ['24:00', 'none'],
    ['09:60', 'none'],
    ['0930', 'none'],
  ])('%s is %s', (text, expected) => {
    expect(written(parseTime(text), formatTime)).toBe(expected);
  });
});

describe('instants', () => {
  it.each([
    ['2026-01-31T09:00:00+08:00', '2026-01-31T01:00:00Z'],
    ['2026-01-31T09:00+08:00', '2026-01-31T01:00:00Z'],
    ['2026-01-31t01:00:00z', '2026-01-31T01:00:00Z'],
    ['2026-01-31T01:00:00.5Z', '2026-01-31T01:00:00.500Z'],
    ['2026-01-31T01:00:00.123456Z', '2026-01-31T01:00:00.123456Z'],
    ['2026-01-31T01:00:00.123456789Z', '2026-01-31T01:00:00.123456789Z'],
    ['1969-12-31T23:59:59.750Z', '1969-12-31T23:59:59.750Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['0001-01-01T00:00:00+00:01', 'none'],
    ['9999-12-31T23:59:59-00:01', 'none'],
    ['2026-01-31T09:00:00', 'none'],
    ['2026-01-31', 'none'],
    ['2026-02-30T09:00:00Z', 'none'],
  ])('%s is %s', (text, expected) => {
    expect(written(parseInstant(text), formatInstant)).toBe(expected);
  });
});

describe("the site's calendar", () => {
  const zoneOf = (name: string): Zone => {
    const { zone } = clockAt(name);
    if (zone === null) throw new Error(`no zone ${name}`);
    return zone;
  };
  const instant = (text: string): bigint => parseInstant(text) ?? 0n;
  const day = (text: string): number => parseDay(text) ?? 0;

  it.each([
    ['Asia/Kathmandu', '2026-03-09T18:14:59Z', '2026-03-09'],
    ['Asia/Kathmandu', '2026-03-09T18:15:00Z', '2026-03-10'],
    ['America/St_Johns', '2026-07-01T02:29:59Z', '2026-06-30'],
    ['Asia/Shanghai', '1969-12-31T15:59:59.999999Z', '1969-12-31'],
    // Before standard time Shanghai was 8:05:43 ahead.
    ['Asia/Shanghai', '1880-01-01T15:54:16Z', '1880-01-01'],
    ['Asia/Shanghai', '1880-01-01T15:54:17Z', '1880-01-02'],
    ['Asia/Shanghai', '9999-12-31T23:00:00Z', '+10000-01-01'],
    // Summer time ends with 2099, as the server knows it.
    ['America/New_York', '2099-07-01T04:00:00Z', '2099-07-01'],
    ['America/New_York', '2100-07-01T04:00:00Z', '2100-06-30'],
  ])('in %s %s is on %s', (zone, at, expected) => {
    expect(formatDay(dayAt(zoneOf(zone), instant(at)))).toBe(expected);
  });

  it.each([
    ['UTC', '2026-03-10', '2026-03-10T00:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-06', '2026-04-05T13:30:00Z'],
    // The hour before midnight came twice, so did none of the day's own.
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00Z'],
    // Midnight was skipped.
    ['Asia/Beirut', '2024-03-31', '2024-03-30T22:00:00Z'],
    // The whole day was skipped: a day later.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00Z'],
  ])('in %s the day %s begins at %s', (zone, text, expected) => {
    expect(written(startOfDay(zoneOf(zone), day(text)), formatInstant)).toBe(expected);
  });

  it('keeps the wall clock and the fraction of a second when the day moves', () => {
    const moved = (at: string): string =>
      written(
        shift(zoneOf('America/New_York'), instant(at), (from) => from + 1),
        formatInstant,
      );
    expect(moved('2026-03-07T17:00:00.25Z')).toBe('2026-03-08T16:00:00.250Z');
    expect(moved('1969-12-31T23:59:59.75Z')).toBe('1970-01-01T23:59:59.750Z');
  });

  it('refuses a time that is none', () => {
    expect(() => clockAt('UTC', 'soon')).toThrow(RangeError);
    expect(clockAt('UTC', new Date(1500)).now).toBe(1_500_000_000n);
  });
});
