import { infiniteQueryOptions } from '@tanstack/react-query';
import { list, type Page, type Row, type Selection } from '../../api/records';

/** Records, page by page. */
export const pagedQuery = (object: string, key: readonly unknown[], selection: Selection) =>
  infiniteQueryOptions({
    queryKey: ['records', object, ...key],
    queryFn: ({ pageParam, signal }) =>
      list(object, { ...selection, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });

/** All records of the pages that are there; nothing before the first. */
export function rowsOf(found: { pages: Page[] } | undefined): Row[] | undefined {
  return found?.pages.flatMap((page) => page.records);
}
