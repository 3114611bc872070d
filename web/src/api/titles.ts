import { useQueries } from '@tanstack/react-query';
import { titleFields, titleOf } from '../definition/title';
import { definitionQuery } from './definitions';
import type { Known } from './visited';
import { list } from './records';

/**
 * What records are called, by their ids. One question an object; what is not there for this person has no title.
 */
export function useTitles(known: readonly Known[]): Map<string, string> {
  const objects = [...new Set(known.map((one) => one.object))].sort();
  const definitions = useQueries({ queries: objects.map((name) => definitionQuery('object', name)) });
  const pages = useQueries({
    queries: objects.map((name, at) => {
      const definition = definitions[at]?.data;
      const ids = known.filter((one) => one.object === name).map((one) => JSON.stringify(one.id));
      const filter = `id in [${ids.sort().join(', ')}]`;
      return {
        queryKey: ['records', name, 'titles', filter],
        queryFn: async ({ signal }: { signal: AbortSignal }) => {
          const fields = ['id', ...(definition ? titleFields(definition) : [])].join(',');
          return (await list(name, { filter, fields, limit: 100 }, signal)).records;
        },
        enabled: definition !== undefined,
        staleTime: 60_000,
      };
    }),
  });
  const titles = new Map<string, string>();
  pages.forEach(({ data }, at) => {
    const definition = definitions[at]?.data;
    if (definition) data?.forEach((row) => titles.set(row.id, titleOf(definition, row)));
  });
  return titles;
}
