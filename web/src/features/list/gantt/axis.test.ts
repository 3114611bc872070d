import { expect, test } from 'vitest';
import { axisOf, pixelsTo, SCALES, type Scale, ticksOf } from './axis';

const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
const text = (place: number) => new Date(place * 86_400_000).toISOString().slice(0, 10);

/** The ticks of a scale between two days, as `begin label`. */
function check(scale: Scale, from: string, to: string, upper: string[], lower: string[]): void {
  const axis = axisOf([{ start: day(from), end: day(to) }], day(from), scale);
  const ticks = ticksOf(axis, day(from), day(to), 'en');
  const told = (line: typeof ticks.upper) => line.map((tick) => `${text(tick.start)} ${tick.label}`);
  expect([told(ticks.upper), told(ticks.lower)], scale).toEqual([upper, lower]);
}

test('each scale has its two lines', () => {
  check(
    'day',
    '2026-02-27',
    '2026-03-02',
    ['2026-02-01 Feb 2026', '2026-03-01 Mar 2026'],
    ['2026-02-27 27', '2026-02-28 28', '2026-03-01 1'],
  );
  // Weeks begin on Monday.
  check('week', '2026-03-01', '2026-03-12', ['2026-03-01 Mar 2026'], ['2026-02-23 23', '2026-03-02 2', '2026-03-09 9']);
  check(
    'month',
    '2025-12-31',
    '2026-02-01',
    ['2025-01-01 2025', '2026-01-01 2026'],
    ['2025-12-01 Dec 2025', '2026-01-01 Jan 2026'],
  );
  check('quarter', '2026-02-01', '2026-04-02', ['2026-01-01 2026'], ['2026-01-01 Q1', '2026-04-01 Q2']);
});

test('an axis has room for all spans and for today, and never more pixels than a browser places', () => {
  for (const scale of SCALES) {
    const axis = axisOf([{ start: day('2026-05-01'), end: day('2026-06-01') }], day('2026-01-10'), scale);
    expect(axis.start).toBeLessThan(day('2026-01-10'));
    expect(axis.end).toBeGreaterThan(day('2026-06-01'));
    const wide = axisOf([{ start: day('0001-01-01'), end: day('9999-12-31') }], day('2026-01-01'), scale);
    expect(pixelsTo(wide, wide.end)).toBeLessThanOrEqual(20_000_001);
  }
});

test('saturdays and sundays are days off', () => {
  const axis = axisOf([], day('2026-03-06'), 'day');
  const { lower } = ticksOf(axis, day('2026-03-06'), day('2026-03-10'), 'en');
  expect(lower.map((tick) => tick.free)).toEqual([false, true, true, false]);
});
