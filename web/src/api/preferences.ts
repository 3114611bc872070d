import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Json } from '../definition/json';
import { ask } from './client';
import { list } from './records';
import { usePerson } from './session';

const OBJECT = 'base.preference';
/** How long after the last change it is kept: a width is dragged over many of them. */
const PAUSE = 400;

/** What the site remembers for the person at this screen, by its key. Administrators could read that of others, too. */
const preferencesQuery = queryOptions({
  queryKey: ['preferences'],
  queryFn: async ({ signal }) => {
    const asked = { filter: 'owner == user.id', fields: 'id,key,value', limit: 500 };
    const { records } = await list(OBJECT, asked, signal);
    return new Map(records.map((row) => [String(row.key), row.value ?? null]));
  },
  staleTime: 300_000,
});

async function keep(person: string, key: string, value: unknown): Promise<void> {
  await ask('PUT', `/records/${OBJECT}/by/mine/${person}/${encodeURIComponent(key)}`, { body: { value } });
}

const waiting = new Map<string, ReturnType<typeof setTimeout>>();

/**
 * Something remembered for a person on every device, and what changes it; `undefined` forgets it.
 *
 * The page shows a change at once. It is sent a little later, so that many in a row are one.
 */
export function usePreference<T>(key: string): [T | undefined, (value: T | undefined) => void] {
  const queries = useQueryClient();
  const { id } = usePerson();
  const { data } = useQuery(preferencesQuery);
  const put = useCallback(
    (value: T | undefined) => {
      queries.setQueryData(preferencesQuery.queryKey, (before: Map<string, Json> | undefined) => {
        const after = new Map(before);
        if (value === undefined) after.delete(key);
        else after.set(key, value as Json);
        return after;
      });
      clearTimeout(waiting.get(key));
      const send = () => keep(id, key, value ?? null);
      // What cannot be kept now is as it was at the next sign-in; nobody is stopped in his work by it.
      waiting.set(
        key,
        setTimeout(() => void send().catch(() => undefined), PAUSE),
      );
    },
    [queries, id, key],
  );
  const value = data?.get(key);
  return [value === null ? undefined : (value as T | undefined), put];
}

/**
 * Whether something that people meet once is still to come, and what remembers that it came.
 *
 * It is to come only where that is known; and where the site does not take it, it tells so by `false`: it would come
 * again and again.
 */
export function useFirstTime(key: string): [boolean, () => Promise<boolean>] {
  const queries = useQueryClient();
  const { id } = usePerson();
  const { data } = useQuery(preferencesQuery);
  const remember = useCallback(async () => {
    try {
      await keep(id, key, true);
    } catch {
      return false;
    }
    queries.setQueryData(preferencesQuery.queryKey, (before: Map<string, Json> | undefined) =>
      new Map(before).set(key, true),
    );
    return true;
  }, [queries, id, key]);
  return [data !== undefined && (data.get(key) ?? null) === null, remember];
}
