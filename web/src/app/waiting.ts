import type { Notification } from '../api/notifications';
import type { Instance, Task } from '../api/tasks';

/** What the tray shows: what was told, with the task that it is about, and tasks of which nothing was told. */
export interface Waiting {
  told: { told: Notification; task?: Task }[];
  further: Task[];
}

/** Puts what somebody was told beside the tasks that wait: each task stands once, with the newest that was told of it. */
export function waiting(notifications: readonly Notification[], tasks: readonly (Task | Instance)[]): Waiting {
  const open = tasks.filter((one): one is Task => 'kind' in one && one.state === 'open' && one.kind !== 'cc');
  const left = new Map<string, Task>();
  for (const task of [...open].reverse()) left.set(`${task.record.object} ${task.record.id}`, task);
  const shown = new Set<string>();
  const told = notifications.map((one) => {
    const task = one.about === null ? undefined : left.get(`${one.about.object} ${one.about.id}`);
    if (task === undefined || shown.has(task.id)) return { told: one };
    shown.add(task.id);
    return { told: one, task };
  });
  return { told, further: open.filter((task) => !shown.has(task.id)) };
}
