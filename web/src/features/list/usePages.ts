import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { list, type Page, type Row, type Selection } from '../../api/records';

/** Rows fetched at once. */
export const PAGE = 100;

export interface Rows {
  /** How many there are; `undefined` until the first page has come. */
  total: number | undefined;
  /** The row at this place, or `undefined` while it is on its way. */
  at: (index: number) => Row | undefined;
  /** Says which rows are looked at. */
  show: (first: number, last: number) => void;
  error: Error | null;
  fetching: boolean;
  retry: () => void;
}

/** Rows of a selection, fetched where somebody looks: also in the middle of a hundred thousand. */
export function usePages(object: string, selection: Selection): Rows {
  const queries = useQueryClient();
  const [[from, to], setRange] = useState<[number, number]>([0, 0]);
  const pages = useMemo(() => {
    const wanted = new Set([0]);
    for (let page = from; page <= to; page += 1) wanted.add(page);
    return [...wanted];
  }, [from, to]);
  const key = (page: number) => ['records', object, selection, page] as const;
  const found = useQueries({
    queries: pages.map((page) => ({
      queryKey: key(page),
      queryFn: ({ signal }: { signal: AbortSignal }) => {
        // The page before says where this one begins, even when records came or went; a jump counts.
        const before = queries.getQueryData<Page>(key(page - 1))?.next;
        const begin = page === 0 ? { count: 'exact' as const } : before ? { cursor: before } : { offset: page * PAGE };
        return list(object, { ...selection, ...begin, limit: PAGE }, signal);
      },
    })),
  });
  const byPage = new Map(pages.map((page, at) => [page, found[at]?.data]));
  const first = byPage.get(0);
  return {
    total: first?.count ?? first?.records.length,
    at: (index) => byPage.get(Math.floor(index / PAGE))?.records[index % PAGE],
    show: (top, bottom) => {
      const next: [number, number] = [Math.floor(top / PAGE), Math.floor(bottom / PAGE)];
      if (next[0] !== from || next[1] !== to) setRange(next);
    },
    error: found.find((page) => page.error)?.error ?? null,
    fetching: found.some((page) => page.isFetching),
    retry: () => found.forEach((page) => page.isError && void page.refetch()),
  };
}
