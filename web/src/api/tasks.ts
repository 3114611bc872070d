import { queryOptions } from '@tanstack/react-query';
import type * as Schema from '../definition/schema.gen';
import { ask, get } from './client';
import type { Row } from './records';

/** Where a person finds tasks: to decide, decided, to take note of, and the flows begun by the person. */
export const BOXES = ['todo', 'done', 'cc', 'started'] as const;
export type Box = (typeof BOXES)[number];

/** Something that waits for a person, or did. */
export type Task = Schema.Task;

/** One run of a flow on a record. */
export type Instance = Schema.Instance;
/** A run with its tasks, its path and its log. */
export type WholeInstance = Schema.WholeInstance;

/** The newest of a box; those of `started` are runs. */
export const boxQuery = (box: Box) =>
  queryOptions({
    queryKey: ['tasks', box],
    queryFn: async ({ signal }) =>
      (await get<Schema.Answers['list_tasks']>('/tasks', { box, limit: 100 }, signal)).tasks,
  });

export const taskQuery = (id: string) =>
  queryOptions({
    queryKey: ['tasks', 'one', id],
    queryFn: ({ signal }) => get<Task>(`/tasks/${id}`, undefined, signal),
  });

export const instanceQuery = (id: string) =>
  queryOptions({
    queryKey: ['tasks', 'instance', id],
    queryFn: ({ signal }) => get<Schema.Answers['read_instance']>(`/instances/${id}`, undefined, signal),
  });

/** The runs on a record, the newest first. */
export const instancesQuery = (object: string, id: string) =>
  queryOptions({
    queryKey: ['record', object, id, 'instances'],
    queryFn: async ({ signal }) =>
      (await get<Schema.Answers['instances_of']>(`/records/${object}/${id}/instances`, undefined, signal)).instances,
  });

export const returnTargetsQuery = (id: string) =>
  queryOptions({
    queryKey: ['tasks', 'return targets', id],
    queryFn: async ({ signal }) =>
      (await get<Schema.Answers['return_targets']>(`/tasks/${id}/return-targets`, undefined, signal)).targets,
  });

/** What is said with a decision, and of which step and version of the record. */
export interface Said {
  comment?: string;
  to?: string;
}

/** Decides: `approve`, `reject`, `comment`, `read`, or `return` to a step; refused where the record is no longer as seen. */
export async function decide(id: string, how: string, body: Said, seen?: number): Promise<void> {
  await ask('POST', `/tasks/${id}/${how}`, { body, ...(seen === undefined ? {} : { version: seen }) });
}

/** Changes what the step of a task opens for change. */
export async function saveTask(id: string, row: Pick<Row, 'version'>, body: object): Promise<void> {
  await ask('POST', `/tasks/${id}/save`, { body, version: row.version });
}

/** Takes back what the person asked for. */
export async function withdraw(instance: string, comment: string): Promise<void> {
  await ask('POST', `/instances/${instance}/withdraw`, { body: comment === '' ? {} : { comment } });
}

/** Puts a record into a flow; `key` makes repeats harmless. */
export async function submit(workflow: string, record: string, key: string): Promise<void> {
  await ask('POST', `/workflows/${workflow}/instances`, { body: { record }, key });
}
