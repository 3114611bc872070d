import { useSuspenseQuery } from '@tanstack/react-query';
import type { Form } from '../definition/types';
import { definitionQuery, useDefinitions } from './definitions';

/** The form in which an object's records are shown, where there is one. */
export function useForm(object: string): Form | undefined {
  const entries = useDefinitions().filter((entry) => entry.kind === 'form' && entry.object === object);
  const name = (entries.find((entry) => entry.default) ?? entries[0])?.name;
  const query = definitionQuery('form', name ?? '');
  const { data } = useSuspenseQuery<Form | null>({
    queryKey: query.queryKey,
    queryFn: name === undefined ? () => null : (query.queryFn as () => Promise<Form>),
    staleTime: query.staleTime as number,
  });
  return data ?? undefined;
}
