import { expect, test } from 'vitest';
import { asked } from '../../api/boxFilter';
import { carried, readBoxSearch } from './search';

test.each([
  [{}, {}],
  [
    { workflow: 'flows.desk', q: 7, overdue: true, unread: true },
    { workflow: 'flows.desk', q: '7', overdue: true, unread: true },
  ],
  [{ workflow: '', overdue: 'yes', other: 'x' }, {}],
])('an address says %j', (search, expected) => expect(readBoxSearch(search)).toEqual(expected));

test.each([
  ['todo', { q: 'a', overdue: true, state: 'open' }, { q: 'a', overdue: true }],
  ['done', { q: 'a', overdue: true, state: 'open', initiator: 'ann' }, { q: 'a', initiator: 'ann' }],
  ['started', { workflow: 'w', initiator: 'ann', unread: true }, { workflow: 'w' }],
] as const)('to the box %s these come along: %j', (box, filter, expected) => {
  expect(carried(filter, box)).toEqual(expected);
});

test('days begin and end where the reader is', () => {
  const { since, until } = asked({ since: '2026-11-02', until: '2026-11-02' });
  expect(Date.parse(until ?? '') - Date.parse(since ?? '')).toBe(86_400_000 - 1);
  expect(new Date(since ?? '').getHours()).toBe(0);
  expect(asked({ overdue: true })).toMatchObject({ overdue: 'true', unread: undefined });
});
