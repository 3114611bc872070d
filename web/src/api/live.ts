import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { notificationsQuery } from './notifications';
import { usePerson } from './session';

/** How often news are looked for, in milliseconds. */
const PACE = 60_000;

/** What is new: somebody was told something, or tasks came or went. */
type News = 'notification' | 'task';

/** Lets the pages ask again for what is new; whoever is told of news from elsewhere calls it, too. */
function arrived(queries: QueryClient, person: string, news: News): void {
  const queryKey = news === 'notification' ? notificationsQuery(person).queryKey : ['tasks', 'todo'];
  void queries.invalidateQueries({ queryKey });
}

/** Hears of news for the person who is signed in, as long as the page is looked at. The one place that listens. */
export function useLive(): void {
  const queries = useQueryClient();
  const { id } = usePerson();
  useEffect(() => {
    const look = () => {
      if (document.visibilityState !== 'visible') return;
      arrived(queries, id, 'notification');
      arrived(queries, id, 'task');
    };
    const timer = setInterval(look, PACE);
    return () => clearInterval(timer);
  }, [queries, id]);
}
