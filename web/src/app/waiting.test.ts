import { expect, test } from 'vitest';
import type { Notification } from '../api/notifications';
import type { Task } from '../api/tasks';
import { waiting } from './waiting';

const task = (id: string, record: string, more: Partial<Task> = {}) =>
  ({ id, kind: 'approve', state: 'open', record: { object: 'flows.request', id: record }, ...more }) as Task;
const told = (id: string, record: string | null) =>
  ({ id, about: record === null ? null : { object: 'flows.request', id: record } }) as Notification;

test.each<[string, Notification[], Task[], string[], string[]]>([
  ['nothing', [], [], [], []],
  ['told of a task', [told('n', 'pen')], [task('t', 'pen')], ['n t'], []],
  ['told of something else', [told('n', 'ink'), told('m', null)], [task('t', 'pen')], ['n', 'm'], ['t']],
  ['told twice', [told('n', 'pen'), told('m', 'pen')], [task('t', 'pen')], ['n t', 'm'], []],
  ['two tasks about one record', [told('n', 'pen')], [task('t', 'pen'), task('u', 'pen')], ['n t'], ['u']],
  ['copies and what is queued', [], [task('t', 'pen', { kind: 'cc' }), task('u', 'ink', { state: 'queued' })], [], []],
])('%s', (_, notifications, tasks, expected, further) => {
  const shown = waiting(notifications, tasks);
  expect(shown.told.map((one) => [one.told.id, one.task?.id].filter(Boolean).join(' '))).toEqual(expected);
  expect(shown.further.map(({ id }) => id)).toEqual(further);
});
