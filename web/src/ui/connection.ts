import { useSyncExternalStore } from 'react';

/** How soon one looks whether the server is there again, and how seldom at last, in milliseconds. */
const PAUSES = { first: 2000, longest: 30_000 };

let reached = navigator.onLine;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** Whether the last that was sent arrived, as far as this page knows. */
export const isReached = () => reached;

/** Somebody asked the server, and an answer came or did not. */
export function heard(answered: boolean): void {
  if (answered === reached) return;
  reached = answered;
  clearTimeout(timer);
  if (!reached) timer = setTimeout(look, PAUSES.first, PAUSES.first);
  listeners.forEach((listener) => listener());
}

/** Looks whether the server answers; a browser without a network need not try. */
async function look(pause: number): Promise<void> {
  clearTimeout(timer);
  const answered =
    navigator.onLine &&
    (await fetch('/readyz', { cache: 'no-store' }).then(
      () => true,
      () => false,
    ));
  if (answered) return heard(true);
  const next = Math.min(pause * 2, PAUSES.longest);
  // The network may have come back meanwhile, and somebody else have looked.
  clearTimeout(timer);
  if (!reached) timer = setTimeout(look, next, next);
}

addEventListener('offline', () => heard(false));
// The network is back; whether the server is, it says itself.
addEventListener('online', () => void look(PAUSES.first));

export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** In a component: whether the server can be reached, and again when that changes. */
export const useReached = () => useSyncExternalStore(onConnection, isReached);

/** Waits until the server can be reached, or nobody waits any more. */
export function whenReached(signal: AbortSignal): Promise<void> {
  if (reached || signal.aborted) return Promise.resolve();
  return new Promise((go) => {
    const done = () => {
      leave();
      signal.removeEventListener('abort', done);
      go();
    };
    const leave = onConnection(done);
    signal.addEventListener('abort', done);
  });
}
