import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { useFirstTime } from '../../api/preferences';
import { viewed } from '../../api/viewAs';

/** How far a tour is: it may come by itself, somebody asked for it, it goes on, or it was left. */
type State = 'quiet' | 'asked' | 'begun' | 'left';

export interface Touring {
  /** It is to be shown as soon as there is something to show. */
  shown: boolean;
  /** Somebody asked for it, and waits. */
  asked: boolean;
  ask: () => void;
  /** Tells whether it may be shown: what cannot be remembered would come each time. */
  begin: () => Promise<boolean>;
  end: () => void;
}

/** The tour comes by itself once to each person, on the start page, and again to whoever asks for it. */
export function useTour(): Touring {
  const navigate = useNavigate();
  const start = useRouterState({
    select: ({ location }) => location.pathname === '/' || location.state.start === true,
  });
  const [first, remember] = useFirstTime('tour');
  const [state, setState] = useState<State>('quiet');
  // Whoever goes on from the start page has left the tour.
  useEffect(() => {
    if (!start) setState((before) => (before === 'asked' ? before : 'quiet'));
  }, [start]);
  const ask = useCallback(() => {
    setState('asked');
    void navigate({ to: '/' });
  }, [navigate]);
  const begin = useCallback(async () => {
    // Before it is remembered: from then on it would not be due any more.
    setState('begun');
    const may = (await remember()) || state === 'asked';
    if (!may) setState('left');
    return may;
  }, [remember, state]);
  const end = useCallback(() => setState('left'), []);
  const due = state === 'quiet' ? first && viewed === null : state !== 'left';
  return { shown: start && due, asked: state === 'asked', ask, begin, end };
}
