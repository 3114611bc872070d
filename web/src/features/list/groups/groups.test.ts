import { expect, test } from 'vitest';
import type { Json } from '../../../definition/json';
import type { Field, ObjectDefinition } from '../../../definition/types';
import { referenceLiteral, textLiteral } from '../../../fields/operators';
import { conditionOf, groupable, ordered, summed } from './groups';

const field = (type: string, more: Partial<Field> = {}): Field =>
  ({
    type,
    label: type,
    widget: type,
    required: false,
    writable: true,
    system: false,
    derived: false,
    hidden: false,
    search: false,
    ...more,
  }) as Field;

const option = (label: string) => ({ label, retired: false, hidden: false, formerly: [] });
const state = field('select', { options: { open: option('Open'), done: option('Done') } });

test('few values make groups', () => {
  const fields = {
    name: field('text'),
    state,
    owner: field('user', { system: true }),
    created_by: field('user', { system: true }),
    urgent: field('boolean'),
    subject: field('reference', { to: 'any' }),
    secret: field('select', { hidden: true }),
    account: field('reference', { to: 'crm.account' }),
  };
  const names = groupable({ fields } as unknown as ObjectDefinition).map(([name]) => name);
  expect(names).toEqual(['state', 'owner', 'urgent', 'account']);
});

test('numbers of the object itself are summed up', () => {
  const columns = [
    ['name', 'text'],
    ['amount', 'money'],
    ['stock', 'integer'],
    ['account.size', 'integer'],
    ['share', 'percent'],
  ] as const;
  expect(summed(columns.map(([path, type]) => ({ path, field: field(type) })))).toEqual(['amount', 'stock']);
});

test('a group is asked for by what its records have in common', () => {
  const rows: [Json, (value: Json) => string, string][] = [
    ['open', textLiteral, 'x == "open"'],
    [null, textLiteral, 'is_empty(x)'],
    [{ id: 'u1', title: 'Ann' }, referenceLiteral, 'x == "u1"'],
  ];
  for (const [value, literal, expected] of rows) expect(conditionOf('x', value, literal)).toBe(expected);
});

test('groups come in the order of options or titles, those without a value last', () => {
  const order = (of: Field, values: Json[]) =>
    ordered(
      values.map((x) => ({ x })),
      of,
      'x',
    ).map(({ x }) => x);
  expect(order(state, [null, 'done', 'open'])).toEqual(['open', 'done', null]);
  const [ann, bob] = [
    { id: '2', title: 'Ann' },
    { id: '1', title: 'Bob' },
  ];
  expect(order(field('user'), [bob, null, ann])).toEqual([ann, bob, null]);
  expect(order(field('boolean'), [true, false])).toEqual([false, true]);
});
