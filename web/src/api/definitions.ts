import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import type { App, Entry, Form, ObjectDefinition, View } from '../definition/types';
import { language } from '../texts';
import { get } from './client';

interface Kinds {
  object: ObjectDefinition;
  view: View;
  form: Form;
  app: App;
}

/** How long what was read is taken as current: a publish is noticed by then. */
const FRESH = 60_000;

/** The names of all definitions that this person may know. */
export const definitionsQuery = () =>
  queryOptions({
    queryKey: ['definitions', language()],
    queryFn: async ({ signal }) => (await get<{ definitions: Entry[] }>('/definitions', undefined, signal)).definitions,
    staleTime: FRESH,
  });

/** One definition. */
export const definitionQuery = <K extends keyof Kinds>(kind: K, name: string) =>
  queryOptions({
    queryKey: ['definition', language(), kind, name],
    queryFn: ({ signal }) => get<Kinds[K]>(`/definitions/${kind}/${name}`, undefined, signal),
    staleTime: FRESH,
  });

export function useDefinitions(): Entry[] {
  return useSuspenseQuery(definitionsQuery()).data;
}

export function useDefinition<K extends keyof Kinds>(kind: K, name: string): Kinds[K] {
  return useSuspenseQuery(definitionQuery(kind, name)).data;
}
