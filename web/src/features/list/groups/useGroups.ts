import { useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { type Group, groups as groupsOf, list, type Row, type Selection } from '../../../api/records';
import { Problem, failureOf } from '../../../definition/problem';
import type { ObjectDefinition } from '../../../definition/types';
import { kindOf } from '../../../fields/registry';
import { toggled } from '../../../ui/toggled';
import { conditionOf, keyOf, ordered } from './groups';
import { lengthOf, pagesOf, placesOf } from './places';

/** Rows fetched at once of a group. */
const PAGE = 100;

/** What stands in a line of a grouped list. */
export type Line =
  { group: Group; key: string; open: boolean; row: null } | { group: Group; key: string; open: true; row: Row };

/** The groups of a selection with their figures, and the records of those that are open, fetched where somebody looks. */
export function useGroups(object: ObjectDefinition, selection: Selection, by: string, sums: readonly string[]) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [[first, last], setRange] = useState<[number, number]>([0, 0]);
  const field = object.fields[by];
  const figures = useQuery({
    queryKey: ['records', object.name, 'groups', selection, by, sums],
    queryFn: async ({ signal }) => {
      const { view, filter, search } = selection;
      const asked = { ...(view ? { view } : {}), ...(filter ? { filter } : {}), ...(search ? { search } : {}) };
      const ask = (paths: readonly string[]) => {
        const aggregates = Object.fromEntries(paths.map((path) => [`sum_${path}`, { sum: path }]));
        return groupsOf(
          object.name,
          { ...asked, groups: [by], aggregates: { count: { count: true }, ...aggregates } },
          signal,
        );
      };
      try {
        return await ask(sums);
      } catch (error) {
        // What is computed only when it is read cannot be summed up by the database.
        if (!(error instanceof Problem) || error.status >= 500) throw error;
        return ask(sums.filter((path) => object.fields[path]?.derived === false));
      }
    },
  });
  const groups = useMemo(() => (field ? ordered(figures.data ?? [], field, by) : []), [figures.data, field, by]);
  const sections = groups.map((group) => ({ count: Number(group.count), open: opened.has(keyOf(group[by] ?? null)) }));
  const places = placesOf(sections, first, last);
  const pages = pagesOf(places, PAGE);
  const found = useQueries({
    queries: pages.map(({ section, page }) => {
      const own = field === undefined ? '' : conditionOf(by, groups[section]?.[by] ?? null, kindOf(field).literal);
      const { filter } = selection;
      const asked = { ...selection, filter: filter ? `(${filter}) && ${own}` : own, limit: PAGE, offset: page * PAGE };
      return {
        queryKey: ['records', object.name, 'of group', asked],
        queryFn: ({ signal }: { signal: AbortSignal }) => list(object.name, asked, signal),
      };
    }),
  });
  const at = (index: number): Line | undefined => {
    const place = places[index - first] ?? placesOf(sections, index, index)[0];
    const group = place && groups[place.section];
    if (place === undefined || group === undefined) return undefined;
    const key = keyOf(group[by] ?? null);
    if (place.record === null) return { group, key, open: sections[place.section]?.open === true, row: null };
    const page = Math.floor(place.record / PAGE);
    const which = pages.findIndex((one) => one.section === place.section && one.page === page);
    const row = found[which]?.data?.records[place.record % PAGE];
    return row === undefined ? undefined : { group, key, open: true, row };
  };
  const show = useCallback(
    (from: number, to: number) => setRange((before) => (before[0] === from && before[1] === to ? before : [from, to])),
    [],
  );
  const toggle = (key: string) => setOpened(toggled(opened, key));
  return {
    pending: figures.isPending,
    count: lengthOf(sections),
    at,
    show,
    toggle,
    error: [figures, ...found].map(failureOf).find((one) => one !== null) ?? null,
    retry: () => void [figures, ...found].forEach((one) => one.isError && void one.refetch()),
  };
}
