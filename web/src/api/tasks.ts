import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { asked, type BoxFilter } from './boxFilter';
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

/** Tasks read at once. */
export const PAGE = 100;

/** What can be done with a task. */
export type Act = NonNullable<Task['may']>[number];

/** A box, the newest first, page by page; those of `started` are runs. */
export const boxQuery = (box: Box, filter: BoxFilter = {}) =>
  infiniteQueryOptions({
    queryKey: ['tasks', box, filter],
    queryFn: ({ pageParam, signal }) =>
      get<Schema.Answers['list_tasks']>('/tasks', { box, limit: PAGE, cursor: pageParam, ...asked(filter) }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
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

/** How a run would go on if everybody approved. It takes longer than what has happened, and is asked for beside it. */
export const predictionQuery = (id: string) =>
  queryOptions({
    queryKey: ['tasks', 'prediction', id],
    queryFn: async ({ signal }) => {
      const whole = await get<Schema.Answers['read_instance']>(`/instances/${id}`, { predict: 'true' }, signal);
      return whole.predicted ?? null;
    },
    // Where nothing can be foretold, the rest is told none the less.
    retry: false,
  });

/** People who are named for steps, by the names of these. */
export type Picks = Record<string, string[]>;

/** The way of a record through a flow, before it is submitted. */
export const previewQuery = (workflow: string, record: string, picks: Picks) =>
  queryOptions({
    queryKey: ['record', 'preview', workflow, record, picks],
    queryFn: async ({ signal }) =>
      (
        await ask<Schema.Answers['preview_flow']>('POST', `/workflows/${workflow}/preview`, {
          body: { record, picks },
          signal,
        })
      ).body,
    retry: false,
    gcTime: 0,
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

/** Where further people are asked, seen from who asks them. */
export const PLACES = ['before', 'after', 'parallel'] as const;

/** What is said with what is done: why, and to whom or where, as far as it needs that. */
export interface Said {
  comment?: string;
  /** The step it is returned to, or the person it is given to. */
  to?: string;
  /** It comes straight back to who returns it. */
  back?: boolean;
  people?: string[];
  /** Whom later steps ask. */
  picks?: Picks;
  place?: (typeof PLACES)[number];
  /** The seat that is taken off. */
  task?: string;
}

/**
 * Does something with a task, or says that it was `read`; refused where the record is no longer as seen.
 *
 * @returns the task as it is now; nothing where it is no longer the person's
 */
export async function decide(id: string, how: Act | 'read', body: Said, seen?: number): Promise<Task | undefined> {
  const asking = { body, ...(seen === undefined ? {} : { version: seen }) };
  return (await ask<Task | undefined>('POST', `/tasks/${id}/${how.replace('_', '-')}`, asking)).body;
}

/** Changes what the step of a task opens for change. */
export async function saveTask(id: string, row: Pick<Row, 'version'>, body: object): Promise<void> {
  await ask('POST', `/tasks/${id}/save`, { body, version: row.version });
}

/** Takes back what the person asked for. */
export async function withdraw(instance: string, comment: string): Promise<void> {
  await ask('POST', `/instances/${instance}/withdraw`, { body: comment === '' ? {} : { comment } });
}

/** Asks those a flow waits for to decide. */
export async function urge(instance: string): Promise<void> {
  await ask('POST', `/instances/${instance}/urge`, { body: {} });
}

/** Ends a flow for good; for administrators. */
export async function cancel(instance: string, comment: string): Promise<void> {
  await ask('POST', `/instances/${instance}/cancel`, { body: comment === '' ? {} : { comment } });
}

/** Puts a record into a flow; `key` makes repeats harmless. */
export async function submit(workflow: string, body: Submitted, key: string): Promise<void> {
  await ask('POST', `/workflows/${workflow}/instances`, { body, key });
}

/** What is put into a flow, with what is said to it. */
export interface Submitted {
  record: string;
  comment?: string;
  picks?: Picks;
}
