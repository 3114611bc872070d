import { expect, test } from 'vitest';
import { asksFurther, readFlowsSearch, selectionOf, turned } from './search';

test.each([
  [{}, {}],
  [
    { workflow: 'a.b', state: '', q: 7, from: '2026-02-30x', other: 1 },
    { workflow: 'a.b', q: '7' },
  ],
  [{ incident: true, overdue: 'true', outdated: false }, { incident: true }],
  [{ from: '2026-02-01', until: 'soon' }, { from: '2026-02-01' }],
])('%j is read', (search, expected) => expect(readFlowsSearch(search)).toEqual(expected));

test.each([
  [{ workflow: 'a.b', node: 'one' }, { workflow: 'a.c' }, { workflow: 'a.c' }],
  [{ workflow: 'a.b', node: 'one' }, { state: 'running' }, { workflow: 'a.b', node: 'one', state: 'running' }],
  [{ initiator: '1', name: 'Ann' }, { initiator: '' }, {}],
  [{ incident: true as const }, { incident: undefined }, {}],
])('%j with %j', (search, next, expected) => expect(turned(search, next)).toEqual(expected));

test('days become moments, names stay here', () => {
  const selection = selectionOf({ from: '2026-02-01', until: '2026-02-01', name: 'Ann', q: 'x' });
  expect(Object.keys(selection).sort()).toEqual(['q', 'since', 'until']);
  expect(Date.parse(selection.until ?? '') - Date.parse(selection.since ?? '')).toBe(86_400_000 - 1);
  expect(asksFurther({ q: 'x' })).toBe(false);
  expect(asksFurther({ until: '2026-02-01' })).toBe(true);
});
