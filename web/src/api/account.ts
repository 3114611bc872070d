import { queryOptions } from '@tanstack/react-query';
import type * as Schema from '../definition/schema.gen';
import { ask, get } from './client';

export const sessionsQuery = queryOptions({
  queryKey: ['account', 'sessions'],
  queryFn: async ({ signal }) => (await get<Schema.Answers['list_sessions']>('/sessions', undefined, signal)).sessions,
});

export const tokensQuery = queryOptions({
  queryKey: ['account', 'tokens'],
  queryFn: async ({ signal }) => (await get<Schema.Answers['list_tokens']>('/tokens', undefined, signal)).tokens,
});

export async function changePassword(password: string, next: string): Promise<void> {
  await ask('POST', '/session/password', { body: { password, new_password: next } });
}

/** Begins to set up an authenticator app. */
export async function beginSecondFactor(password: string): Promise<Schema.Answers['begin_totp']> {
  return (await ask<Schema.Answers['begin_totp']>('POST', '/session/totp', { body: { password } })).body;
}

/** The app shows the right codes: it is asked for from now on. Answers the codes for when it is lost. */
export async function confirmSecondFactor(code: string): Promise<string[]> {
  return (await ask<Schema.Answers['confirm_totp']>('POST', '/session/totp/confirm', { body: { code } })).body
    .recovery_codes;
}

export async function removeSecondFactor(password: string, code: string): Promise<void> {
  await ask('POST', '/session/totp/remove', { body: { password, code } });
}

export async function endSession(id: string): Promise<void> {
  await ask('DELETE', `/sessions/${id}`);
}

/** Ends all sessions but this one. */
export async function endOthers(): Promise<void> {
  await ask('DELETE', '/sessions');
}

/** Makes a token; it is told this once. */
export async function makeToken(label: string, days: number): Promise<string> {
  return (await ask<Schema.Answers['make_token']>('POST', '/tokens', { body: { label, days } })).body.token ?? '';
}

export async function endToken(id: string): Promise<void> {
  await ask('DELETE', `/tokens/${id}`);
}
