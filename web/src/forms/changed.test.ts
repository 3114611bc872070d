import { expect, test } from 'vitest';
import type { Json } from '../definition/json';
import type { Field, ObjectDefinition } from '../definition/types';
import { changed } from './changed';

type Values = Record<string, Json>;

const field = (type: string, more: Partial<Field> = {}) => ({ type, writable: true, ...more }) as Field;
const object = (fields: Record<string, Field>) => ({ fields }) as ObjectDefinition;

const line = object({ name: field('text'), sum: field('money', { writable: false }), of: field('reference') });
const deal = object({
  name: field('text'),
  owner: field('user'),
  others: field('references'),
  about: field('reference'),
  total: field('money', { writable: false }),
  lines: field('children', { of: 'line', via: 'of' }),
});

test.each<[string, Values, Values, Values]>([
  ['nothing', { name: 'A' }, { name: 'A' }, {}],
  ['a text', { name: 'A' }, { name: 'B' }, { name: 'B' }],
  ['emptied', { name: 'A' }, { name: null }, { name: null }],
  ['what nobody writes', { total: '1' }, { total: '2' }, {}],
  ['what is not in the form', { name: 'A' }, {}, {}],
  ['another title of the same', { owner: { id: 'u', title: 'A' } }, { owner: { id: 'u', title: 'B' } }, {}],
  ['a reference is its id', { owner: null }, { owner: { id: 'u', title: 'A' } }, { owner: { id: 'u' } }],
  [
    'one to any object says which',
    { about: null },
    { about: { id: 'u', title: 'A', object: 'crm.lead' } },
    { about: { id: 'u', object: 'crm.lead' } },
  ],
  ['several', { others: [] }, { others: [{ id: 'u', title: 'A' }] }, { others: [{ id: 'u' }] }],
  [
    'a computed part of a line',
    { lines: [{ id: 'l', name: 'A', sum: '1' }] },
    { lines: [{ id: 'l', name: 'A', sum: '2' }] },
    {},
  ],
  [
    'lines are sent whole, without whose they are',
    { lines: [{ id: 'l', name: 'A', of: { id: 'd' } }] },
    {
      lines: [
        { id: 'l', name: 'A', of: { id: 'd' } },
        { name: 'B', sum: null },
      ],
    },
    { lines: [{ id: 'l', name: 'A' }, { name: 'B' }] },
  ],
])('%s', (_, before, now, expected) => expect(changed(deal, before, now, () => line)).toEqual(expected));
