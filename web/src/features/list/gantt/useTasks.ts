import { useQuery } from '@tanstack/react-query';
import { list, type Row, type Selection } from '../../../api/records';

/** Rows fetched at once: as many as the server gives. */
const PAGE = 500;
/** Rows of a chart at most: who plans more looks at a part of it. */
export const MOST = 5000;

/** All records of a selection, because what waits for what must be known to its end. */
export function useTasks(object: string, selection: Selection) {
  return useQuery({
    queryKey: ['records', object, 'gantt', selection],
    queryFn: async ({ signal }): Promise<{ rows: Row[]; cut: boolean }> => {
      const first = await list(object, { ...selection, limit: PAGE, count: 'exact' }, signal);
      const total = Math.min(MOST, first.count ?? first.records.length);
      const offsets = Array.from({ length: Math.max(0, Math.ceil(total / PAGE) - 1) }, (_, at) => (at + 1) * PAGE);
      const rest = await Promise.all(
        offsets.map((offset) => list(object, { ...selection, limit: PAGE, offset }, signal)),
      );
      // A record that came or went meanwhile moves others from page to page.
      const known = new Map([first, ...rest].flatMap((page) => page.records).map((row) => [row.id, row]));
      return { rows: [...known.values()], cut: (first.count ?? 0) > MOST };
    },
    placeholderData: (before) => before,
  });
}
