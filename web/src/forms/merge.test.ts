import { expect, test } from 'vitest';
import type { Json } from '../definition/json';
import type { Field, ObjectDefinition } from '../definition/types';
import { type Conflict, merge, withTheirs } from './merge';

type Values = Record<string, Json>;

const field = (type: string, more: Partial<Field> = {}) => ({ type, writable: true, ...more }) as Field;
const object = (fields: Record<string, Field>) => ({ name: 'x', fields }) as ObjectDefinition;

const line = object({
  name: field('text'),
  price: field('money'),
  amount: field('money', { writable: false }),
  of: field('reference'),
});
const deal = object({
  name: field('text'),
  stage: field('select'),
  owner: field('user'),
  total: field('money', { writable: false }),
  lines: field('children', { of: 'line', via: 'of' }),
});

interface Expected {
  values: Values;
  conflicts?: Conflict[];
  /** What it is where theirs is chosen at every conflict. */
  theirs?: Values;
}

function check([before, mine, theirs]: [Values, Values, Values], { values, conflicts = [], theirs: chosen }: Expected) {
  const found = merge(deal, before, mine, theirs, () => line);
  expect(found).toEqual({ values, conflicts });
  expect(withTheirs(found.values, found.conflicts)).toEqual(chosen ?? values);
}

const lin = { id: 'u1', title: 'Lin' };
const mei = { id: 'u2', title: 'Mei' };
const a = { id: 'a', name: 'A', price: '1.00', amount: '1.00' };
const b = { id: 'b', name: 'B', price: '2.00', amount: '2.00' };

test.each<[string, [Values, Values, Values], Expected]>([
  ['nobody changed anything', [{ name: 'A' }, { name: 'A' }, { name: 'A' }], { values: { name: 'A' } }],
  ['only I did', [{ name: 'A' }, { name: 'B' }, { name: 'A' }], { values: { name: 'B' } }],
  ['only they did', [{ name: 'A' }, { name: 'A' }, { name: 'B' }], { values: { name: 'B' } }],
  [
    'each another field',
    [
      { name: 'A', stage: 'new' },
      { name: 'B', stage: 'new' },
      { name: 'A', stage: 'won' },
    ],
    { values: { name: 'B', stage: 'won' } },
  ],
  ['both alike', [{ name: 'A' }, { name: 'B' }, { name: 'B' }], { values: { name: 'B' } }],
  [
    'both otherwise',
    [{ name: 'A' }, { name: 'B' }, { name: 'C' }],
    { values: { name: 'B' }, conflicts: [{ path: ['name'], mine: 'B', theirs: 'C' }], theirs: { name: 'C' } },
  ],
  [
    'I emptied what they changed',
    [{ name: 'A' }, { name: null }, { name: 'C' }],
    { values: { name: null }, conflicts: [{ path: ['name'], mine: null, theirs: 'C' }], theirs: { name: 'C' } },
  ],
  [
    'a reference is its id: another title is no change',
    [{ owner: lin }, { owner: mei }, { owner: { ...lin, title: 'Lin Hua' } }],
    { values: { owner: mei } },
  ],
  ['what nobody writes is theirs', [{ total: '1' }, { total: '9' }, { total: '2' }], { values: { total: '2' } }],
  ['a field I know nothing of is theirs', [{}, {}, { name: 'B' }], { values: { name: 'B' } }],
  [
    'each another line, and both a new one',
    [
      { lines: [a, b] },
      { lines: [{ ...a, price: '5.00' }, b, { name: 'mine' }] },
      { lines: [a, { ...b, name: 'BB' }, { id: 'c', name: 'C' }] },
    ],
    { values: { lines: [{ ...a, price: '5.00' }, { ...b, name: 'BB' }, { id: 'c', name: 'C' }, { name: 'mine' }] } },
  ],
  [
    'each another part of one line',
    [{ lines: [a] }, { lines: [{ ...a, price: '5.00' }] }, { lines: [{ ...a, name: 'AA', amount: '7' }] }],
    { values: { lines: [{ ...a, name: 'AA', price: '5.00', amount: '7' }] } },
  ],
  [
    'both the same part of a line',
    [{ lines: [a] }, { lines: [{ ...a, price: '5.00' }] }, { lines: [{ ...a, price: '6.00' }] }],
    {
      values: { lines: [{ ...a, price: '5.00' }] },
      conflicts: [{ path: ['lines', 'a', 'price'], mine: '5.00', theirs: '6.00' }],
      theirs: { lines: [{ ...a, price: '6.00' }] },
    },
  ],
  ['I removed a line', [{ lines: [a, b] }, { lines: [b] }, { lines: [a, b] }], { values: { lines: [b] } }],
  ['they removed a line', [{ lines: [a, b] }, { lines: [a, b] }, { lines: [b] }], { values: { lines: [b] } }],
  [
    'I removed a line that they changed',
    [{ lines: [a, b] }, { lines: [b] }, { lines: [{ ...a, name: 'AA' }, b] }],
    {
      values: { lines: [b] },
      conflicts: [{ path: ['lines', 'a'], mine: null, theirs: { ...a, name: 'AA' } }],
      theirs: { lines: [b, { ...a, name: 'AA' }] },
    },
  ],
  [
    'they removed a line that I changed',
    [{ lines: [a, b] }, { lines: [{ ...a, name: 'AA' }, b] }, { lines: [b] }],
    {
      values: { lines: [b, { name: 'AA', price: '1.00', amount: '1.00' }] },
      conflicts: [{ path: ['lines', 'a'], mine: { name: 'AA', price: '1.00', amount: '1.00' }, theirs: null }],
      theirs: { lines: [b] },
    },
  ],
])('%s', (_, three, expected) => check(three, expected));
