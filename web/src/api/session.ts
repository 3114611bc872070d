import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import type * as Schema from '../definition/schema.gen';
import { ask, get } from './client';

/** Who is signed in. */
export type Person = Schema.Person;

/** What signing in needs. */
export interface Credentials {
  login: string;
  password: string;
  otp?: string;
  new_password?: string;
}

/** Somebody's session. */
export type Session = Schema.Session;

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => get<Session>('/session', undefined, signal),
  staleTime: 60_000,
  retry: false,
});

/** The session of this screen; the route has seen to it that there is one. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** The person at this screen. */
export function usePerson(): Person {
  return useSession().user;
}

/** Somebody has signed out here: what is remembered of the session counts no more, also for whoever goes back at once. */
let over = false;

export function isOver(): boolean {
  return over;
}

export async function signIn(credentials: Credentials): Promise<Person> {
  const { user } = (await ask<Schema.Answers['sign_in']>('POST', '/session', { body: credentials })).body;
  over = false;
  return user;
}

export async function signOut(): Promise<void> {
  await ask('DELETE', '/session');
  over = true;
}
