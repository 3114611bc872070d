import { expect, it } from 'vitest';
import type { Row } from '../../../api/records';
import { type Node, treeOf, under } from './tree';

const row = (id: string, parent?: string): Row => ({
  id,
  version: 1,
  parent: parent ? { id: parent, title: null } : null,
});
const shown = (nodes: readonly Node[]): string =>
  nodes.map(({ row: { id }, below }) => (below.length > 0 ? `${id}(${shown(below)})` : id)).join(' ');

it('makes a tree of departments', () => {
  const check = (rows: Row[], expected: string) => expect(shown(treeOf(rows))).toBe(expected);
  check([], '');
  check([row('a'), row('b', 'a'), row('c', 'b'), row('d')], 'a(b(c)) d');
  check([row('b', 'gone')], 'b');
});

it('knows what is under a department', () => {
  const tree = treeOf([row('a'), row('b', 'a'), row('c', 'b'), row('d')]);
  expect([...under(tree, 'a')]).toEqual(['a', 'b', 'c']);
  expect([...under(tree, 'd')]).toEqual(['d']);
});
