import { queryOptions } from '@tanstack/react-query';
import i18next from 'i18next';
import { Unreachable } from '../definition/problem';
import type * as Schema from '../definition/schema.gen';
import { language } from '../texts';
import { heard } from '../ui/connection';
import { ask, get, refusal } from './client';

/** How lines become records. */
export type ImportPlan = Schema.ImportPlan;

/** One kind of what is wrong with lines. */
export type ImportFinding = Schema.ImportFinding;

/** A file on its way to be records. */
export type Import = Schema.Import;

/** One import, with the columns of its file. */
export type WholeImport = Schema.WholeImport;

/** How often a job that works is looked after, in milliseconds. */
const PACE = 1000;

/** Whether a job works on it. */
export function atWork(one: Import): boolean {
  return one.state === 'ready' || one.state === 'running';
}

/** Own imports, the newest first; looked after as long as one is at work. */
export const importsQuery = queryOptions({
  queryKey: ['imports'],
  queryFn: async ({ signal }) => (await get<Schema.Answers['list_imports']>('/imports', undefined, signal)).imports,
  refetchInterval: ({ state }) => (state.data?.some(atWork) ? 2 * PACE : false),
});

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ['imports', id],
    queryFn: ({ signal }) => get<WholeImport>(`/imports/${id}`, undefined, signal),
    refetchInterval: ({ state }) => (state.data && atWork(state.data) ? PACE : false),
  });

/** The different values of a column, as a field takes them. */
export const valuesQuery = (id: string, column: string, field: string) =>
  queryOptions({
    queryKey: ['imports', id, 'values', column, field],
    queryFn: ({ signal }) =>
      get<Schema.Answers['values_of_import']>(`/imports/${id}/values`, { column, field }, signal),
    staleTime: Infinity,
  });

const MEDIA = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

/** The form of a file by its name; nothing for one that cannot be imported. */
export function formatOf(name: string): keyof typeof MEDIA | undefined {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return ending === 'csv' || ending === 'xlsx' ? ending : undefined;
}

/**
 * Sends a file whole; only this way of asking says how much of it has left.
 *
 * @param charset - what its characters are, where somebody knows better than the server
 * @param told - hears which share has left, from 0 to 1
 */
export function sendFile(
  object: string,
  file: File,
  charset: string | undefined,
  told: (share: number) => void,
  signal: AbortSignal,
): Promise<WholeImport> {
  const path = '/imports';
  const query = new URLSearchParams({ object, name: file.name });
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1${path}?${query}`);
    const media = MEDIA[formatOf(file.name) ?? 'csv'];
    request.setRequestHeader('content-type', charset === undefined ? media : `${media}; charset=${charset}`);
    request.setRequestHeader('accept-language', language());
    request.upload.onprogress = ({ loaded, total }) => told(total === 0 ? 1 : loaded / total);
    request.onerror = () => {
      heard(false);
      fail(new Unreachable(i18next.t('connection.unsent')));
    };
    request.onabort = () => fail(new DOMException('stopped', 'AbortError'));
    request.onload = () => {
      heard(true);
      if (request.status < 300) done(JSON.parse(request.responseText) as WholeImport);
      else fail(refusal(request, request.responseText, path));
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

/** Lets a job try, do or take back an import. */
export async function orderStep(id: string, step: 'check' | 'run' | 'undo', plan?: ImportPlan): Promise<void> {
  await ask('POST', `/imports/${id}/${step}`, { key: crypto.randomUUID(), ...(plan ? { body: plan } : {}) });
}

/** Forgets an import and its file; its records stay. */
export async function forgetImport(id: string): Promise<void> {
  await ask('DELETE', `/imports/${id}`);
}

/** Where the refused lines with their reasons are. */
export function rejectedAddress(id: string, format: 'csv' | 'xlsx'): string {
  return `/api/v1/imports/${id}/rejected?format=${format}`;
}
