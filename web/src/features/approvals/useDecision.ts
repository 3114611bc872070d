import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useOnce } from '../../api/once';
import { failed } from '../../ui/toast';

/** What was decided changes boxes, the record and its lists. */
export function refresh(queries: QueryClient): Promise<unknown> {
  return Promise.all(['tasks', 'record', 'records'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
}

/**
 * Decides something.
 *
 * @param after - says that it is done, and leaves where nothing is left to do
 * @param told - says why it is refused where that can be mended; what it does not say is said at the edge of the page
 */
export function useDecision<T, R>(
  act: (how: T) => Promise<R>,
  after: (how: T, answer: R) => unknown,
  told: (error: Error, how: T) => boolean = () => false,
) {
  const queries = useQueryClient();
  return useOnce({
    mutationFn: act,
    onSuccess: async (answer, how) => {
      // What is left first is not read again.
      await after(how, answer);
      await refresh(queries);
    },
    onError: (error, how) => {
      if (!told(error, how)) failed(error);
      // Somebody was quicker: what is shown is no longer so.
      for (const key of ['tasks', 'record']) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}
