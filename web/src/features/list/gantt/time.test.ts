import { expect, test } from 'vitest';
import { type Grip, moved, placeOf, type Span, spanOf, valueOf, valuesOf } from './time';

function check<I, E>(rows: readonly [I, E][], made: (input: I) => E): void {
  for (const [input, expected] of rows) expect(made(input), JSON.stringify(input)).toEqual(expected);
}

test('days and moments have places and come back from them', () => {
  expect(placeOf('1970-01-02', true)).toBe(1);
  expect(placeOf(null, true)).toBeNull();
  expect(placeOf('nonsense', true)).toBeNull();
  check(
    ['2026-02-28', '2024-02-29', '1969-12-31', '2026-12-31'].map((day) => [day, day] as [string, string]),
    (day) => valueOf(placeOf(day, true) ?? 0, true),
  );
  check(
    ['2026-03-29T01:30:00.000Z', '2026-10-25T12:00:00.000Z'].map((at) => [at, at] as [string, string]),
    (at) => valueOf(placeOf(at, false) ?? 0, false),
  );
});

test('what lasts from a day to a day lasts to the end of it', () => {
  check<[string | null, string | null], Span | null>(
    [
      [['1970-01-02', '1970-01-04'], { start: 1, end: 4 }],
      [['1970-01-02', null], { start: 1, end: 2 }],
      [['1970-01-02', '1970-01-01'], { start: 1, end: 2 }],
      [[null, '1970-01-01'], null],
    ],
    ([start, end]) => spanOf(start, end, true),
  );
});

test('a hand moves a span or one of its edges, and never turns it around', () => {
  check<[Grip, number, boolean], Span>(
    [
      [['move', 3, true], { start: 13, end: 15 }],
      [['move', -12, true], { start: -2, end: 0 }],
      [['start', 1, true], { start: 11, end: 12 }],
      [['start', 5, true], { start: 11, end: 12 }],
      [['end', 4, true], { start: 10, end: 16 }],
      [['end', -9, true], { start: 10, end: 11 }],
      [['end', -9, false], { start: 10, end: 10 }],
    ],
    ([grip, by, days]) => moved({ start: 10, end: 12 }, grip, by, days),
  );
  expect(valuesOf({ start: 10, end: 12 }, true)).toEqual({ start: '1970-01-11', end: '1970-01-12' });
});
