import { expect, test } from 'vitest';
import type { Json } from '../../definition/json';
import type { Field } from '../../definition/types';
import { lanesOf, written } from './lanes';

const option = (label: string, retired = false) => ({ label, retired, hidden: false });
const state = {
  type: 'select',
  options: { open: option('Open'), old: option('Old', true), done: option('Done') },
} as unknown as Field;
const user = { type: 'user' } as unknown as Field;

/** The keys of the lanes for groups of these values. */
function check(field: Field, values: Json[], expected: string): void {
  const lanes = lanesOf(
    field,
    values.map((x) => ({ x, count: 1 })),
    'x',
  );
  expect(lanes.map((lane) => lane.key).join(' ')).toBe(expected);
}

test('choices make lanes before anything is in them, what is retired only while something is', () => {
  check(state, [], 'open done');
  check(state, ['old', null], 'open old done null');
});

test('people and records make lanes by what is held', () => {
  check(user, [{ id: 'b', title: 'Bob' }, null, { id: 'a', title: 'Ann' }], 'a b null');
  check({ type: 'boolean' } as Field, [true, false], 'false true');
});

test('a lane is written as the server takes it', () => {
  const rows: [Json, Json][] = [
    ['open', 'open'],
    [null, null],
    [true, true],
    [{ id: 'a', title: 'Ann' }, 'a'],
  ];
  for (const [value, expected] of rows) expect(written(value)).toBe(expected);
});
