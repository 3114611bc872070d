import i18next from 'i18next';
import { language } from '../texts';
import { viewed } from './viewAs';
import { Problem, type ProblemBody, Unreachable } from '../definition/problem';
import { heard } from '../ui/connection';

/** What is sent beside the address. */
export interface Asking {
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  /** The version the change was made on: a newer one is refused by 412. */
  version?: number;
  /** Repeats of one write are done once. */
  key?: string;
  /** Heads that only this call has. */
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** An answer with the body as `T`, and the heads that mean something. */
export interface Answer<T> {
  body: T;
  status: number;
  location: string | null;
}

type Listener = () => void;
let signedOut: Listener = () => {};

/** Who is told that the session has ended. */
export function onSignedOut(listener: Listener): void {
  signedOut = listener;
}

/**
 * Asks the server. The cookie of the session goes along by itself.
 *
 * @throws Problem where the server refuses, Unreachable where no answer comes.
 */
export async function ask<T>(method: string, path: string, asking: Asking = {}): Promise<Answer<T>> {
  const response = await exchange(method, path, asking);
  const text = response.status === 204 ? '' : await response.text();
  return {
    body: (text === '' ? undefined : JSON.parse(text)) as T,
    status: response.status,
    location: response.headers.get('location'),
  };
}

/** As {@link ask}, with the answer as it came: files are no JSON. */
export async function exchange(method: string, path: string, asking: Asking): Promise<Response> {
  const { query, body, version, key, signal } = asking;
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': language() };
  if (version !== undefined) headers['if-match'] = `"${version}"`;
  if (key !== undefined) headers['idempotency-key'] = key;
  if (viewed !== null) headers['x-view-as'] = viewed.id;
  const raw = body instanceof Blob;
  if (body !== undefined && !raw) headers['content-type'] = 'application/json';
  Object.assign(headers, asking.headers);
  const sent: RequestInit = { method, headers, credentials: 'same-origin' };
  if (body !== undefined) sent.body = raw ? body : JSON.stringify(body);
  if (signal) sent.signal = signal;
  const response = await reach(`/api/v1${path}${queryString(query)}`, sent);
  if (!response.ok) throw await refused(response, path);
  return response;
}

/** Reads; answers the body. */
export async function get<T>(path: string, query?: Asking['query'], signal?: AbortSignal): Promise<T> {
  const asking: Asking = {};
  if (query) asking.query = query;
  if (signal) asking.signal = signal;
  return (await ask<T>('GET', path, asking)).body;
}

async function reach(address: string, sent: RequestInit): Promise<Response> {
  try {
    const answer = await fetch(address, sent);
    heard(true);
    return answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    heard(false);
    throw new Unreachable(i18next.t('connection.unsent'), { cause: error });
  }
}

async function refused(response: Response, path: string): Promise<Error> {
  return refusal(response, await response.text(), path);
}

/** What a refusal says, whichever way it came. */
export function refusal(
  { status, statusText }: Pick<Response, 'status' | 'statusText'>,
  text: string,
  path: string,
): Error {
  // A sign-in that is refused is no session that has ended.
  if (status === 401 && path !== '/session') signedOut();
  try {
    return new Problem(JSON.parse(text) as ProblemBody);
  } catch {
    // Something between here and the server answered in its place.
    return new Problem({ title: statusText, status, code: 'not_understood' });
  }
}

function queryString(query: Asking['query']): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
