import { useQueryClient } from '@tanstack/react-query';
import { useOnce } from '../../api/once';
import { toast } from '../../ui/toast';

/** What was decided changes boxes, the record and its lists. */
export function useDecision<T>(act: (how: T) => Promise<void>, after: (how: T) => void) {
  const queries = useQueryClient();
  return useOnce({
    mutationFn: act,
    onSuccess: async (_, how) => {
      after(how);
      await Promise.all(['tasks', 'record', 'records'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    },
    onError: (error) => {
      toast({ text: error.message, tone: 'wrong' });
      // Somebody was quicker: what is shown is no longer so.
      for (const key of ['tasks', 'record']) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}
