import type { Task } from '../../api/tasks';

/** Whether somebody is asked for the same as `task`. */
export const asked = (one: Task, task: Task) => one.node === task.node && one.kind === task.kind;

/** Whether somebody has yet to act: now, or after others. */
export const isWaited = ({ state }: Task) => state === 'open' || state === 'queued';

/** Whether it waits for its holder to approve it: what was lent is given back instead. */
export const isToApprove = ({ kind, state, origin }: Task) =>
  kind === 'approve' && state === 'open' && origin !== 'delegated';
