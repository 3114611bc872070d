import { expect, test } from 'vitest';
import type { Field, ObjectDefinition } from '../definition/types';
import { pasted, readBlock } from './cells';

test.each<[string, string[][]]>([
  [
    'a\tb\nc\td\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['a\r\nb\r\n', [['a'], ['b']]],
  ['one', [['one']]],
  [
    'a\t\n\tb',
    [
      ['a', ''],
      ['', 'b'],
    ],
  ],
  ['"two\nlines"\t"he said ""no"""', [['two\nlines', 'he said "no"']]],
  ['6" pipe\t2', [['6" pipe', '2']]],
])('the block %j', (text, expected) => expect(readBlock(text)).toEqual(expected));

const field = (type: string, more: Partial<Field> = {}) => ({ type, writable: true, ...more }) as Field;
const object = {
  fields: {
    name: field('text'),
    price: field('money'),
    sum: field('money', { writable: false }),
    count: field('integer'),
    kind: field('select', { options: { part: { label: 'Part' } } as never }),
    on: field('date'),
    done: field('boolean'),
    to: field('reference'),
  },
} as unknown as ObjectDefinition;
const columns = Object.keys(object.fields);

function check(text: string, from: { row: number; column: number }, expected: object[]) {
  const lines = [{ id: 'a', name: 'A', price: '1' }];
  expect(pasted(lines, readBlock(text), from, columns, object, () => ({ name: null, count: 1 }))).toEqual(expected);
}

test.each<[string, string, { row: number; column: number }, object[]]>([
  ['over a line', 'B\t2', { row: 0, column: 0 }, [{ id: 'a', name: 'B', price: '2' }]],
  [
    'beyond the last',
    'B\nC',
    { row: 0, column: 0 },
    [
      { id: 'a', name: 'B', price: '1' },
      { name: 'C', count: 1 },
    ],
  ],
  [
    'numbers as they are shown',
    '¥1,234.50\t9\t1,000',
    { row: 0, column: 1 },
    [{ id: 'a', name: 'A', price: '1234.50', count: 1000 }],
  ],
  ['no number', 'many', { row: 0, column: 1 }, [{ id: 'a', name: 'A', price: '1' }]],
  ['figures with letters between', '1.00E+05\t\t12 of 20', { row: 0, column: 1 }, [{ id: 'a', name: 'A', price: '1' }]],
  ['nothing', '\t', { row: 0, column: 0 }, [{ id: 'a', name: null, price: null }]],
  [
    'a choice, a day, a truth',
    'part\t2026/3/2\tYes\tsomebody',
    { row: 0, column: 4 },
    [{ id: 'a', name: 'A', price: '1', kind: 'part', on: '2026-03-02', done: true }],
  ],
  ['beyond the last column', 'x\ty', { row: 0, column: 7 }, [{ id: 'a', name: 'A', price: '1' }]],
])('%s', (_, text, from, expected) => check(text, from, expected));
