import { usePreference } from './preferences';
import type { Known } from './visited';

/** The records that a person keeps at hand, on every device. */
export function useFavourites() {
  const [kept, put] = usePreference<Known[]>('favourites');
  const favourites = kept ?? [];
  return {
    favourites,
    has: (id: string) => favourites.some((one) => one.id === id),
    toggle: (one: Known) => {
      const others = favourites.filter(({ id }) => id !== one.id);
      const next = others.length < favourites.length ? others : [...others, one];
      put(next.length > 0 ? next : undefined);
    },
  };
}
