import { queryOptions, useQuery } from '@tanstack/react-query';
import { useForm } from '../api/forms';
import { history, read } from '../api/records';
import { sectionsOf } from '../definition/form';
import type { ObjectDefinition } from '../definition/types';
import { usePhone } from '../ui/appearance';
import { authorOf } from './author';

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

/** A record with what its form shows of it. */
export function useShown(object: ObjectDefinition, id: string) {
  const form = useForm(object.name);
  const sections = sectionsOf(object, form, usePhone());
  const shown = sections.flatMap((section) => section.fields);
  return { form, sections, found: useQuery(recordQuery(object.name, id, expansions(object, shown))) };
}

/** A record that is being changed, and how it is read again where somebody else was quicker. */
export function useChanging(object: ObjectDefinition, id: string) {
  const form = useForm(object.name);
  const shown = sectionsOf(object, form, false).flatMap((section) => section.fields);
  const expand = expansions(object, shown);
  // What somebody types on must not change under his hands.
  const found = useQuery({
    ...recordQuery(object.name, id, expand),
    staleTime: Infinity,
    refetchOnMount: 'always',
    gcTime: 0,
  });
  const reread = async () => {
    const [newer, changes] = await Promise.all([
      read(object.name, id, expand),
      object.features.history ? history(object.name, id) : [],
    ]);
    // The newest change comes first.
    const author = (field: string) => changes.find((one) => one.field === field) ?? authorOf(newer);
    return { row: newer, author };
  };
  // What was read before may be old; what is read again later must not take the form away.
  return { found, row: found.isFetchedAfterMount ? found.data : undefined, reread };
}
