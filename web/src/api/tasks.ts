import { queryOptions } from '@tanstack/react-query';
import type { Referred } from '../definition/reference';
import { ask, get } from './client';

/** Where a person finds tasks: to decide, decided, to take note of, and the flows begun by the person. */
export const BOXES = ['todo', 'done', 'cc', 'started'] as const;
export type Box = (typeof BOXES)[number];

/** Something that waits for a person, or did. */
export interface Task {
  id: string;
  instance: string;
  workflow: string;
  node: string;
  kind: 'approve' | 'cc';
  state: string;
  assignee: Referred | null;
  initiator: Referred | null;
  record: { object: string; id: string; title: string | null };
  /** By which rule it came to this person. */
  why: string;
  comment: string | null;
  decided_by: Referred | null;
  decided_at: string | null;
  read_at: string | null;
  created_at: string;
  version: number;
}

/** One run of a flow on a record. */
export interface Instance {
  id: string;
  workflow: string;
  state: 'running' | 'approved' | 'rejected' | 'withdrawn' | 'cancelled';
  record: Task['record'];
  initiator: Referred | null;
  parked: { move: string } | null;
  started_at: string;
  ended_at: string | null;
  tasks?: Task[];
  path?: { node: string; label: string; state: string }[];
  log?: LogLine[];
}

/** One thing that happened in a run. */
export interface LogLine {
  number: number;
  kind: string;
  node: string | null;
  actor: Referred | null;
  at: string;
  comment: string | null;
}

/** The newest of a box; those of `started` are runs. */
export const boxQuery = (box: Box) =>
  queryOptions({
    queryKey: ['tasks', box],
    queryFn: async ({ signal }) =>
      (await get<{ tasks: (Task | Instance)[] }>('/tasks', { box, limit: 100 }, signal)).tasks,
  });

export const taskQuery = (id: string) =>
  queryOptions({ queryKey: ['tasks', 'one', id], queryFn: ({ signal }) => get<Task>(`/tasks/${id}`, undefined, signal) });

export const instanceQuery = (id: string) =>
  queryOptions({
    queryKey: ['tasks', 'instance', id],
    queryFn: ({ signal }) => get<Instance>(`/instances/${id}`, undefined, signal),
  });

/** The runs on a record, the newest first. */
export const instancesQuery = (object: string, id: string) =>
  queryOptions({
    queryKey: ['record', object, id, 'instances'],
    queryFn: async ({ signal }) =>
      (await get<{ instances: Instance[] }>(`/records/${object}/${id}/instances`, undefined, signal)).instances,
  });

export const returnTargetsQuery = (id: string) =>
  queryOptions({
    queryKey: ['tasks', 'return targets', id],
    queryFn: async ({ signal }) =>
      (await get<{ targets: { node: string; label: string }[] }>(`/tasks/${id}/return-targets`, undefined, signal)).targets,
  });

/** Decides: `approve`, `reject`, `comment`, `read`, or `return` to a step. */
export async function decide(id: string, how: string, body: { comment?: string; to?: string }): Promise<void> {
  await ask('POST', `/tasks/${id}/${how}`, { body: Object.keys(body).length > 0 ? body : {} });
}

/** Takes back what the person asked for. */
export async function withdraw(instance: string, comment: string): Promise<void> {
  await ask('POST', `/instances/${instance}/withdraw`, { body: comment === '' ? {} : { comment } });
}
