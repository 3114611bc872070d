import { expect, test } from 'vitest';
import { parametersOf } from './parameters';

const parameter = (name: string, type: string) => ({ name, type, label: name, help: null, required: false });

test.each([
  ['integer', ' 7 ', { p: 7 }],
  ['integer', 'many', { p: 'many' }],
  ['boolean', 'false', { p: false }],
  ['json', '{"a": 1}', { p: { a: 1 } }],
  ['json', '{', { p: '{' }],
  ['decimal', '1.50', { p: '1.50' }],
  ['text', '  ', {}],
])('a parameter of type %s typed as %j', (type, typed, expected) => {
  expect(parametersOf([parameter('p', type)], { p: typed })).toEqual(expected);
});
