import { queryOptions } from '@tanstack/react-query';
import { ask, get } from './client';

/** One sign-in that is still in force. */
export interface HeldSession {
  id: string;
  created_at: string;
  last_used_at: string | null;
  address: string | null;
  agent: string | null;
  current: boolean;
}

/** A token with which programs act for the person. */
export interface Token {
  id: string;
  label: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

export const sessionsQuery = queryOptions({
  queryKey: ['account', 'sessions'],
  queryFn: async ({ signal }) => (await get<{ sessions: HeldSession[] }>('/sessions', undefined, signal)).sessions,
});

export const tokensQuery = queryOptions({
  queryKey: ['account', 'tokens'],
  queryFn: async ({ signal }) => (await get<{ tokens: Token[] }>('/tokens', undefined, signal)).tokens,
});

export async function changePassword(password: string, next: string): Promise<void> {
  await ask('POST', '/session/password', { body: { password, new_password: next } });
}

/** Begins to set up an authenticator app. */
export async function beginSecondFactor(password: string): Promise<{ secret: string; uri: string }> {
  return (await ask<{ secret: string; uri: string }>('POST', '/session/totp', { body: { password } })).body;
}

/** The app shows the right codes: it is asked for from now on. Answers the codes for when it is lost. */
export async function confirmSecondFactor(code: string): Promise<string[]> {
  return (await ask<{ recovery_codes: string[] }>('POST', '/session/totp/confirm', { body: { code } })).body.recovery_codes;
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
  return (await ask<{ token: string }>('POST', '/tokens', { body: { label, days } })).body.token;
}

export async function endToken(id: string): Promise<void> {
  await ask('DELETE', `/tokens/${id}`);
}
