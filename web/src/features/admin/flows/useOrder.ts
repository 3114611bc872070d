import { useQueryClient } from '@tanstack/react-query';
import { useOnce } from '../../../api/once';
import { toast } from '../../../ui/toast';

/** What an act changes: all that is known of flows, and the boxes of whoever has a task in them. */
const CHANGED = [['flows'], ['tasks'], ['record'], ['users']];

/** Does something to flows and reads anew what it changed; what went wrong is told where it is asked for. */
export function useOrder<A = void, R = unknown>(act: (what: A) => Promise<R>, done: (result: R) => void) {
  const queries = useQueryClient();
  return useOnce<R, A>({
    mutationFn: act,
    onSuccess: async (result) => {
      done(result);
      await Promise.all(CHANGED.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
  });
}

/** As {@link useOrder}, for a button without a dialog. */
export function useSilentOrder<A = void, R = unknown>(act: (what: A) => Promise<R>, done: (result: R) => void) {
  const ordering = useOrder(
    async (what: A) => {
      try {
        return { result: await act(what) };
      } catch (error) {
        toast({ text: error instanceof Error ? error.message : String(error), tone: 'wrong' });
        return undefined;
      }
    },
    (kept) => kept && done(kept.result),
  );
  return ordering;
}
