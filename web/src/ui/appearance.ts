import { useSyncExternalStore } from 'react';
import { preference } from './preference';

/** Light, dark, or as the operating system is. */
export const theme = preference('theme', ['system', 'light', 'dark']);
/** How high the rows of lists are. */
export const density = preference('density', ['normal', 'compact', 'relaxed']);

const night = matchMedia('(prefers-color-scheme: dark)');
const phone = matchMedia('(max-width: 760px)');
const paper = matchMedia('print');
const still = matchMedia('(prefers-reduced-motion: reduce)');

function useMedia(query: MediaQueryList): boolean {
  return useSyncExternalStore(
    (listener) => {
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => query.matches,
  );
}

/** Whether the page is dark now. */
export function useDark(): boolean {
  const chosen = theme.use();
  const system = useMedia(night);
  // Paper is white.
  if (useMedia(paper)) return false;
  return chosen === 'system' ? system : chosen === 'dark';
}

/** Whether the page is as narrow as a phone. */
export function usePhone(): boolean {
  return useMedia(phone);
}

/** Whether nothing on the page is to move. */
export function useStill(): boolean {
  return useMedia(still);
}

/** Tells the style sheets; called before the first paint and after each change. */
export function applyAppearance(): void {
  const { dataset } = document.documentElement;
  const dark = theme.get() === 'system' ? night.matches : theme.get() === 'dark';
  dataset.theme = dark ? 'dark' : 'light';
  dataset.density = density.get();
}
