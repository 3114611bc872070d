import { useQueryClient } from '@tanstack/react-query';
import { useOnce } from '../../api/once';
import { toast } from '../../ui/toast';

/** Does something, reads anew what it changed, and says what went wrong. */
export function useAct<A>(act: (what: A) => Promise<unknown>, changed: readonly unknown[][], done?: string) {
  const queries = useQueryClient();
  return useOnce({
    mutationFn: act,
    onSuccess: async () => {
      if (done !== undefined) toast({ text: done, tone: 'done' });
      await Promise.all(changed.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
    onError: (error) => toast({ text: error.message, tone: 'wrong' }),
  });
}
