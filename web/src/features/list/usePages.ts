import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { useSettled } from '../../ui/useSettled';
import { failureOf } from '../../definition/problem';
import { list, type Page, type Row, type Selection } from '../../api/records';

/** Rows fetched at once. */
const PAGE = 100;
/** How long somebody looks at a page before it is fetched, in milliseconds. */
const STILL = 60;
/** How far the server counts rows that are passed over. */
const REACH = 100_000;

export interface Rows {
  /** How many there are; `undefined` until the first page has come. */
  total: number | undefined;
  /** How many of them can be looked at. */
  reach: number;
  /** The row at this place, or `undefined` while it is on its way. */
  at: (index: number) => Row | undefined;
  /** Says which rows are looked at. */
  show: (first: number, last: number) => void;
  error: Error | null;
  retry: () => void;
}

/**
 * Rows of a selection, fetched where somebody looks: also in the middle of a hundred thousand.
 *
 * @param size - rows fetched at once; 1 where only their number is shown
 */
export function usePages(object: string, selection: Selection, size = PAGE): Rows {
  const queries = useQueryClient();
  const [range, setRange] = useState<[number, number]>([0, 0]);
  // A hand that passes over pages does not ask for them.
  const [from, to] = useSettled(range, STILL);
  const pages = useMemo(() => {
    const wanted = new Set([0]);
    for (let page = from; page <= to; page += 1) wanted.add(page);
    return [...wanted];
  }, [from, to]);
  const key = (page: number) => ['records', object, selection, size, page] as const;
  const found = useQueries({
    queries: pages.map((page) => ({
      queryKey: key(page),
      queryFn: ({ signal }: { signal: AbortSignal }) => {
        // The page before says where this one begins, even when records came or went; a jump counts.
        const before = queries.getQueryData<Page>(key(page - 1))?.next;
        const begin = page === 0 ? { count: 'exact' as const } : before ? { cursor: before } : { offset: page * size };
        return list(object, { ...selection, ...begin, limit: size }, signal);
      },
    })),
  });
  const show = useCallback(
    (top: number, bottom: number) => {
      const [first, last] = [Math.floor(top / size), Math.floor(bottom / size)];
      setRange((before) => (before[0] === first && before[1] === last ? before : [first, last]));
    },
    [size],
  );
  const byPage = new Map(pages.map((page, at) => [page, found[at]?.data]));
  const first = byPage.get(0);
  const total = first?.count ?? first?.records.length;
  return {
    total,
    reach: Math.min(total ?? 0, REACH),
    at: (index) => {
      const page = Math.floor(index / size);
      // What was fetched before is shown at once.
      if (!byPage.has(page)) byPage.set(page, queries.getQueryData<Page>(key(page)));
      return byPage.get(page)?.records[index % size];
    },
    show,
    error: found.map(failureOf).find((error) => error !== null) ?? null,
    retry: () => found.forEach((page) => page.isError && void page.refetch()),
  };
}
