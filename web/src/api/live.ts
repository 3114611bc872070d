import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { notificationsQuery } from './notifications';
import { usePerson } from './session';

/** How often news are looked for, in milliseconds, for those that no event told: another program wrote them. */
const PACE = 60_000;
/** What the server tells of as it happens. */
const NEWS = ['notifications', 'tasks'] as const;
type News = (typeof NEWS)[number];

/** Lets the pages ask again for what is new. */
function arrived(queries: QueryClient, person: string, news: News): void {
  const queryKey = news === 'notifications' ? notificationsQuery(person).queryKey : ['tasks', 'todo'];
  void queries.invalidateQueries({ queryKey });
}

/**
 * Hears of news for the person who is signed in, as long as the page is looked at: a browser opens only six connections
 * to a server, which all of its pages share.
 */
export function useLive(): void {
  const queries = useQueryClient();
  const { id } = usePerson();
  useEffect(() => {
    let source: EventSource | undefined;
    const look = () => NEWS.forEach((news) => arrived(queries, id, news));
    const listen = () => {
      source?.close();
      source = new EventSource('/api/v1/events');
      for (const news of NEWS) source.addEventListener(news, () => arrived(queries, id, news));
    };
    const turn = () => {
      if (document.visibilityState !== 'visible') return source?.close();
      look();
      listen();
    };
    const timer = setInterval(() => {
      if (document.visibilityState !== 'visible') return;
      look();
      // A browser gives up a connection that the server refused.
      if (source?.readyState === EventSource.CLOSED) listen();
    }, PACE);
    if (document.visibilityState === 'visible') listen();
    document.addEventListener('visibilitychange', turn);
    return () => {
      source?.close();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', turn);
    };
  }, [queries, id]);
}
