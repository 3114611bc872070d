import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { App, Entry, Form, ObjectDefinition, Page, Role, View, Workflow } from '../definition/types';
import type * as Schema from '../definition/schema.gen';
import { language } from '../texts';
import { get } from './client';

interface Kinds {
  object: ObjectDefinition;
  view: View;
  form: Form;
  page: Page;
  app: App;
  role: Role;
  workflow: Workflow;
}

/** How long what was read is taken as current: a publish is noticed by then. */
const FRESH = 60_000;

/** The names of all definitions that this person may know. */
export const definitionsQuery = () =>
  queryOptions({
    queryKey: ['definitions', language()],
    queryFn: async ({ signal }) =>
      (await get<Schema.Answers['list_definitions']>('/definitions', undefined, signal)).definitions,
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

/** A definition that an object may have or not: of no name there is none. */
export function useAnyDefinition<K extends keyof Kinds>(kind: K, name: string | undefined): Kinds[K] | undefined {
  const { queryKey, queryFn, staleTime } = definitionQuery(kind, name ?? '');
  const { data } = useSuspenseQuery<Kinds[K] | null>({
    queryKey,
    queryFn: name === undefined ? () => null : (queryFn as () => Promise<Kinds[K]>),
    staleTime: staleTime as number,
  });
  return data ?? undefined;
}

/** What definitions are called; by its name one that the reader does not know. */
export function useLabels(): (kind: Entry['kind'], name: string) => string {
  const entries = useDefinitions();
  const labels = useMemo(() => new Map(entries.map((one) => [`${one.kind} ${one.name}`, one.label])), [entries]);
  return (kind, name) => labels.get(`${kind} ${name}`) ?? name;
}
