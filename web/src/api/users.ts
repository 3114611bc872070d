import { queryOptions } from '@tanstack/react-query';
import type * as Schema from '../definition/schema.gen';
import { ask, get } from './client';

/*
 * The accounts of others, for administrators.
 */

export const sessionsOfQuery = (user: string) =>
  queryOptions({
    queryKey: ['users', user, 'sessions'],
    queryFn: async ({ signal }) =>
      (await get<Schema.Answers['list_sessions_of']>(`/users/${user}/sessions`, undefined, signal)).sessions,
  });

export const tokensOfQuery = (user: string) =>
  queryOptions({
    queryKey: ['users', user, 'tokens'],
    queryFn: async ({ signal }) =>
      (await get<Schema.Answers['list_tokens_of']>(`/users/${user}/tokens`, undefined, signal)).tokens,
  });

export const accountQuery = (user: string) =>
  queryOptions({
    queryKey: ['users', user, 'account'],
    queryFn: ({ signal }) => get<Schema.Answers['read_account_of']>(`/users/${user}/account`, undefined, signal),
  });

/** Ends one session of somebody, or all with the tokens. */
export async function endSessionOf(user: string, id: string | null): Promise<void> {
  await ask('DELETE', `/users/${user}/sessions${id === null ? '?tokens=true' : `/${id}`}`);
}

export async function endTokenOf(user: string, id: string): Promise<void> {
  await ask('DELETE', `/users/${user}/tokens/${id}`);
}

/** A password for one use; it is told this once. */
export async function givePassword(user: string): Promise<string> {
  return (await ask<Schema.Answers['give_password']>('POST', `/users/${user}/password`)).body.one_time_password ?? '';
}

export async function takeSecondFactor(user: string): Promise<void> {
  await ask('DELETE', `/users/${user}/totp`);
}

/** What there is to hand over, by object, and approvals that wait. */
export const toHandOverQuery = (user: string) =>
  queryOptions({
    queryKey: ['users', user, 'handover'],
    queryFn: ({ signal }) => get<Schema.Answers['to_hand_over']>(`/users/${user}/handover`, undefined, signal),
  });

/** Lets a job hand over; answers the job. */
export async function handOver(user: string, to: string, deactivate: boolean): Promise<string> {
  const body = { to, deactivate };
  const { location } = await ask('POST', `/users/${user}/handover`, { body, key: crypto.randomUUID() });
  return location?.split('/').at(-1) ?? '';
}
