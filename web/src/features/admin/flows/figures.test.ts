import { expect, test } from 'vitest';
import type { SlowStep } from '../../../api/flows';
import { csv, duration, sorted } from './figures';

test.each([
  [0, 'en', '0 sec'],
  [59, 'en', '59 sec'],
  [60, 'en', '1 min'],
  [3661, 'en', '1 hr 1 min'],
  [3600, 'zh-CN', '1小时'],
  [187_200, 'en', '2 days 4 hr'],
])('%d seconds in %s', (seconds, language, expected) => expect(duration(seconds, language)).toBe(expected));

const step = (node: string, p90: number | null): SlowStep => ({
  workflow: 'w',
  node,
  label: node,
  passed: 1,
  median: p90,
  p90,
  longest: p90,
  returned: 0,
  return_rate: null,
  waiting: 0,
});

test.each([
  [false, 'c a b'],
  [true, 'a c b'],
])('the slowest first; upwards: %s', (up, expected) => {
  const steps = sorted([step('a', 1), step('b', null), step('c', 9)], 'p90', up);
  expect(steps.map((one) => one.node).join(' ')).toBe(expected);
});

test('a table is CSV', () => {
  expect(
    csv([
      ['a,b', 1, null],
      ['=1+1', 'say "x"', -2],
    ]),
  ).toBe('\uFEFF"a,b",1,\r\n\'=1+1,"say ""x""",-2\r\n');
});
