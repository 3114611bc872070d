import { QueryClient } from '@tanstack/react-query';
import { Problem } from '../definition/problem';

/** What was read from the server, kept for the pages that show it. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the server refuses it refuses again; what did not arrive may arrive.
      retry: (count, error) => count < 2 && !(error instanceof Problem && error.status < 500),
    },
  },
});
