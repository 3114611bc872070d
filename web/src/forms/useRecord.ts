import { queryOptions } from '@tanstack/react-query';
import { read } from '../api/records';
import type { ObjectDefinition } from '../definition/types';

/** The relations that a record's page shows with their own fields. */
export function expansions(object: ObjectDefinition, shown: readonly string[]): string {
  const several = shown.filter((name) => ['children', 'references'].includes(object.fields[name]?.type ?? ''));
  return several.join(',');
}

/** One record with the relations of its form. */
export const recordQuery = (object: string, id: string, expand: string) =>
  queryOptions({
    queryKey: ['record', object, id, expand],
    queryFn: ({ signal }) => read(object, id, expand, signal),
  });
