import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type * as Schema from '../definition/schema.gen';
import type { Json } from '../definition/json';
import { ask, get } from './client';

/*
 * Running flows, for administrators.
 */

/** One run of a flow, with where it stands and what failed. */
export type FoundInstance = Schema.FoundInstance;
/** A step that failed for good. */
export type FlowIncident = Schema.FlowIncident;
/** A step with how long flows took there. */
export type SlowStep = Schema.SlowStep;
/** What a move to the published version would do, or did. */
export type Migration = Schema.Answers['migrate_flows'];

export const FLOW_STATES = [
  'running',
  'suspended',
  'done',
  'approved',
  'rejected',
  'withdrawn',
  'cancelled',
] as const satisfies FoundInstance['state'][];

/** Which flows are meant. */
export interface FlowSelection {
  workflow?: string | undefined;
  object?: string | undefined;
  state?: string | undefined;
  initiator?: string | undefined;
  node?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  q?: string | undefined;
  incident?: boolean | undefined;
  overdue?: boolean | undefined;
  outdated?: boolean | undefined;
}

/** Flows read at once. */
const PAGE = 50;

/** Flows, the newest first, page by page. */
export const flowsQuery = ({ incident, overdue, outdated, ...rest }: FlowSelection, limit = PAGE) => {
  const flag = (on: boolean | undefined) => (on === true ? 'true' : undefined);
  const query = { ...rest, incident: flag(incident), overdue: flag(overdue), outdated: flag(outdated), limit };
  return infiniteQueryOptions({
    queryKey: ['flows', 'found', query],
    queryFn: ({ pageParam, signal }) =>
      get<Schema.Answers['list_instances']>('/instances', { ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
};

export const flowQuery = (id: string) =>
  queryOptions({
    queryKey: ['flows', 'one', id],
    queryFn: ({ signal }) => get<Schema.WholeInstance>(`/instances/${id}`, undefined, signal),
  });

/** Where a flow may be taken, and what it would leave. */
export const jumpTargetsQuery = (id: string) =>
  queryOptions({
    queryKey: ['flows', 'jumps', id],
    queryFn: async ({ signal }) =>
      (await get<Schema.Answers['jump_targets']>(`/instances/${id}/jump-targets`, undefined, signal)).targets,
    staleTime: 0,
  });

export const stuckQuery = (workflow: string | undefined) =>
  queryOptions({
    queryKey: ['flows', 'stuck', workflow ?? ''],
    queryFn: ({ signal }) =>
      get<Schema.Answers['list_stuck_flows']>('/workflows/stuck', { workflow, limit: 200 }, signal),
  });

/** How long flows take at each step. */
export const bottlenecksQuery = (span: { workflow?: string | undefined; since?: string; until?: string }) =>
  queryOptions({
    queryKey: ['flows', 'bottlenecks', span],
    queryFn: ({ signal }) => get<Schema.Answers['list_bottlenecks']>('/workflows/bottlenecks', { ...span }, signal),
  });

/** Words that go into the log; none where nothing was written. */
const because = (comment: string) => (comment.trim() === '' ? {} : { comment: comment.trim() });

/** What an administrator does to a whole flow. */
export type Ordered = 'suspend' | 'resume' | 'restart' | 'cancel';

/** Does it; answers the flow, or the one that began in its place. */
export async function order(id: string, how: Ordered, comment: string): Promise<Schema.WholeInstance> {
  return (await ask<Schema.WholeInstance>('POST', `/instances/${id}/${how}`, { body: because(comment) })).body;
}

export async function jump(id: string, node: string, comment: string): Promise<void> {
  await ask('POST', `/instances/${id}/jump`, { body: { node, ...because(comment) } });
}

/** Tries once more what failed at a token. */
export async function retry(id: string, token: number, comment = ''): Promise<void> {
  await ask('POST', `/instances/${id}/retry`, { body: { token, ...because(comment) } });
}

/** Leaves out what failed at a token; `value` is what its step would have found out. */
export async function skip(id: string, token: number, value: Json | undefined, comment: string): Promise<void> {
  const body = { token, ...(value === undefined ? {} : { value }), ...because(comment) };
  await ask('POST', `/instances/${id}/skip`, { body });
}

/** Gives a task to somebody else, whoever has it now. */
export async function giveTask(task: string, to: string, comment: string): Promise<void> {
  await ask('POST', `/tasks/${task}/transfer`, { body: { to, ...because(comment) } });
}

/** Which flows go on under the published version, and how. */
export interface Moving {
  /** Old step → new one, for those that were renamed. */
  map: Record<string, string>;
  instances?: string[];
  cursor?: string;
  dry_run?: boolean;
  comment?: string;
}

export async function migrate(workflow: string, moving: Moving): Promise<Migration> {
  return (await ask<Migration>('POST', `/workflows/${workflow}/migrate`, { body: moving })).body;
}
