import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNamedForm } from '../api/forms';
import { history, read } from '../api/records';
import { sectionsOf, type ShownSection } from '../definition/form';
import type { ObjectDefinition } from '../definition/types';
import { usePhone } from '../ui/appearance';
import { authorOf } from './author';

/** The relations that sections show with their own fields. */
function expansions(object: ObjectDefinition, sections: readonly ShownSection[]): string {
  const shown = sections.flatMap((section) => section.fields);
  const several = shown.filter((name) => ['children', 'references'].includes(object.fields[name]?.type ?? ''));
  return several.join(',');
}

/** One record with the relations of its form. */
const recordQuery = (object: string, id: string, expand: string) =>
  queryOptions({
    queryKey: ['record', object, id, expand],
    queryFn: ({ signal }) => read(object, id, expand, signal),
  });

/** A record with what a form shows of it: the one that is named, or the object's own. */
export function useShown(object: ObjectDefinition, id: string, named = '') {
  const form = useNamedForm(object.name, named);
  const sections = sectionsOf(object, form, usePhone());
  return { form, sections, found: useQuery(recordQuery(object.name, id, expansions(object, sections))) };
}

/** Lets the pages read a record and the lists of its object again. */
export function useRefresh(object: string, id: string): () => Promise<unknown> {
  const queries = useQueryClient();
  const again = (queryKey: string[]) => queries.invalidateQueries({ queryKey });
  return () => Promise.all([again(['record', object, id]), again(['records', object])]);
}

/** A record that is being changed, and how it is read again where somebody else was quicker. */
export function useChanging(object: ObjectDefinition, id: string, named = '') {
  const form = useNamedForm(object.name, named);
  const expand = expansions(object, sectionsOf(object, form, false));
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
