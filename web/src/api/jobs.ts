import { queryOptions } from '@tanstack/react-query';
import type * as Schema from '../definition/schema.gen';
import { ask, get } from './client';

/** Work that goes on without anybody waiting. */
export type Job = Schema.Job;

/** How often work under way is looked after, and how often it is looked for, in milliseconds. */
const [PACE, IDLE] = [2000, 60_000];

export function isOpen(job: Job): boolean {
  return job.state === 'ready' || job.state === 'running';
}

/** Own jobs, for administrators everybody's; the newest first. */
export const jobsQuery = queryOptions({
  queryKey: ['jobs'],
  queryFn: async ({ signal }) => (await get<Schema.Answers['list_jobs']>('/jobs', undefined, signal)).jobs,
  refetchInterval: ({ state }) => (state.data?.some(isOpen) ? PACE : IDLE),
});

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ['jobs', id],
    queryFn: ({ signal }) => get<Job>(`/jobs/${id}`, undefined, signal),
    refetchInterval: ({ state }) => (state.data && !isOpen(state.data) ? false : PACE / 2),
  });

/** Takes a job back: what it has done stays done. */
export async function cancelJob(id: string): Promise<void> {
  await ask('DELETE', `/jobs/${id}`);
}
