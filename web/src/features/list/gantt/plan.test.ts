import { expect, test } from 'vitest';
import { linesOf, type Task } from './plan';
import type { Span } from './time';

/** A task as `name parent group`, `-` for none. */
function task(text: string, span: Span | null = { start: 1, end: 2 }): Task {
  const [id = '', parent = '-', group = '-'] = text.split(' ');
  return {
    id,
    row: { id, version: 1 },
    title: id,
    span,
    progress: null,
    after: [],
    parent: parent === '-' ? null : parent,
    group: group === '-' ? null : group,
  };
}

/** The lines, a dot for each step inwards; of a group its value and count. */
function check(tasks: string[], closed: string[], grouped: boolean, expected: string): void {
  const lines = linesOf(
    tasks.map((one) => task(one)),
    new Set(closed),
    grouped,
  );
  const told = lines.map((line) =>
    line.kind === 'group' ? `[${JSON.stringify(line.group)} ${line.count}]` : `${'.'.repeat(line.depth)}${line.id}`,
  );
  expect(told.join(' ')).toBe(expected);
}

test('tasks stand below what they belong to', () => {
  check(['a', 'b', 'c'], [], false, 'a b c');
  check(['c b', 'a', 'b a'], [], false, 'a .b ..c');
  check(['c b', 'a', 'b a'], ['b'], false, 'a .b');
  check(['c b', 'a', 'b a'], ['a'], false, 'a');
  // What belongs to something that is not shown stands on its own.
  check(['a gone', 'b'], [], false, 'a b');
});

test('groups hold their tasks', () => {
  check(['a - x', 'b', 'c - x'], [], true, '["x" 2] a c [null 1] b');
  check(['a - x', 'b', 'c - x'], ['group "x"'], true, '["x" 2] [null 1] b');
  check(['a - x', 'b a y', 'c a x'], [], true, '["x" 2] a .c ["y" 1] b');
});

test('what has no dates of its own lasts from the first to the last of its branches', () => {
  const tasks = [
    task('a', null),
    task('b a', { start: 3, end: 5 }),
    task('c a', null),
    task('d c', { start: 1, end: 4 }),
  ];
  const spans = linesOf(tasks, new Set(), false).map((line) => (line.kind === 'task' ? line.span : null));
  expect(spans).toEqual([
    { start: 1, end: 5 },
    { start: 3, end: 5 },
    { start: 1, end: 4 },
    { start: 1, end: 4 },
  ]);
});
