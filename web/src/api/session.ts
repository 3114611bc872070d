import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { ask, get } from './client';

/** Who is signed in. */
export interface Person {
  id: string;
  login: string;
  name: string;
  department: { id: string; title: string } | null;
  locale: string | null;
  time_zone: string | null;
  admin: boolean;
  roles: string[];
}

/** What signing in needs. */
export interface Credentials {
  login: string;
  password: string;
  otp?: string;
  new_password?: string;
}

/** Somebody's session. */
export interface Session {
  user: Person;
  /** The site: its days are those of this time zone. */
  site: { time_zone: string };
  /** Whether an authenticator app is asked for at the sign-in. */
  second_factor: boolean;
}

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

export async function signIn(credentials: Credentials): Promise<Person> {
  return (await ask<{ user: Person }>('POST', '/session', { body: credentials })).body.user;
}

export async function signOut(): Promise<void> {
  await ask('DELETE', '/session');
}
