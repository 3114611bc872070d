import { expect, test } from 'vitest';
import type { Migration } from '../../../api/flows';
import { oldSteps, standing } from './moving';

const run = (node: string) => ({ waiting: [{ node, label: node.toUpperCase() }] }) as Migration['movable'][number];
const page = {
  movable: [run('last')],
  stuck: [
    { ...run('first'), obstacles: [{ node: 'first', code: 'migration_step_gone', message: '' }] },
    { ...run('first'), obstacles: [{ node: 'above', code: 'migration_elsewhere', message: '' }] },
  ],
  steps: [
    { node: 'start', label: 'Start' },
    { node: 'last', label: 'LAST' },
  ],
  moved: false,
  next: null,
} as Migration;

test.each([
  [{}, 'above:0 first:2 last:1'],
  [{ gone: 'start' }, 'above:0 first:2 gone:0 last:1'],
])('steps that matter, with %j', (map, expected) => {
  const shown = oldSteps([page], map).map(({ node, flows }) => `${node}:${flows}`);
  expect(shown.join(' ')).toBe(expected);
});

test.each([
  ['last', {}, 'LAST'],
  ['first', {}, 'FIRST'],
  ['first', { first: 'start' }, 'FIRST → Start'],
])('who stands at %s with %j', (node, map, expected) => expect(standing(run(node), map, page.steps)).toBe(expected));
