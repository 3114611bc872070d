import { useSuspenseQuery } from '@tanstack/react-query';
import type { Page } from '../definition/types';
import { definitionQuery, useDefinitions } from './definitions';

/** The page on which an object's records are shown, where a pack has one. */
export function useRecordPage(object: string): Page | undefined {
  const found = useDefinitions().find((entry) => entry.kind === 'page' && entry.object === object && entry.default);
  const query = definitionQuery('page', found?.name ?? '');
  const { data } = useSuspenseQuery<Page | null>({
    queryKey: query.queryKey,
    queryFn: found === undefined ? () => null : (query.queryFn as () => Promise<Page>),
    staleTime: query.staleTime as number,
  });
  return data ?? undefined;
}
