import { onlineManager, QueryClient } from '@tanstack/react-query';
import { Problem } from '../definition/problem';
import { isReached, onConnection } from '../ui/connection';

onlineManager.setEventListener((tell) => onConnection(() => tell(isReached())));

/** What was read from the server, kept for the pages that show it. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the server refuses it refuses again; what did not arrive may arrive.
      retry: (count, error) => count < 2 && navigator.onLine && !(error instanceof Problem && error.status < 500),
      // Without a connection everything fails at once and says so, and is asked for again when there is one.
      networkMode: 'always',
      refetchOnReconnect: true,
    },
    // What somebody does is done now or not at all: done later it might not be wanted any more.
    mutations: { networkMode: 'always' },
  },
});
