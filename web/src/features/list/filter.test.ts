import { expect, test, vi } from 'vitest';
// The types of fields know what a browser remembers.
vi.hoisted(() => {
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }));
  vi.stubGlobal('document', { querySelector: () => null });
});

import type { Field, ObjectDefinition } from '../../definition/types';
import { type Condition, read, write } from './filter';

const field = (type: string) => ({ type }) as Field;
const object = {
  fields: {
    name: field('text'),
    amount: field('money'),
    stage: field('select'),
    tags: field('multi_select'),
    open: field('boolean'),
    owner: field('user'),
  },
} as unknown as ObjectDefinition;

test.each<[string, Condition[] | null]>([
  ['', []],
  ['amount >= 1000.50', [{ field: 'amount', operator: 'gte', value: 1000.5 }]],
  ['contains(name, "a \\"b\\" && c")', [{ field: 'name', operator: 'contains', value: 'a "b" && c' }]],
  ['is_empty(owner)', [{ field: 'owner', operator: 'empty', value: null }]],
  ['!is_empty(owner)', [{ field: 'owner', operator: 'not_empty', value: null }]],
  ['stage in ["won", "lost"]', [{ field: 'stage', operator: 'one_of', value: ['won', 'lost'] }]],
  ['"red" in tags', [{ field: 'tags', operator: 'contains', value: 'red' }]],
  [
    'open == true && stage != "won"',
    [
      { field: 'open', operator: 'is', value: true },
      { field: 'stage', operator: 'is_not', value: 'won' },
    ],
  ],
  ['amount > 1 || open == true', null],
  ['unknown == 1', null],
  ['amount > other', null],
])('%s is read', (text, expected) => expect(read(object, text)).toEqual(expected));

test.each<[Condition[], string]>([
  [[{ field: 'name', operator: 'is', value: 'a "b"' }], 'name == "a \\"b\\""'],
  [[{ field: 'amount', operator: 'gt', value: null }], ''],
  [[{ field: 'unknown', operator: 'is', value: 1 }], ''],
  [[{ field: 'owner', operator: 'one_of', value: [{ id: 'u', title: 'A' }] as never }], 'owner in ["u"]'],
  [
    [
      { field: 'owner', operator: 'empty', value: null },
      { field: 'amount', operator: 'lt', value: '5' },
    ],
    'is_empty(owner) && amount < 5',
  ],
])('%j is written', (conditions, expected) => expect(write(object, conditions)).toBe(expected));
