import { useQuery } from '@tanstack/react-query';
import { usePreference } from '../../api/preferences';
import { type ListSettings, type SavedView, savedViewsQuery, type Shown } from '../../api/views';
import type { ObjectDefinition, View } from '../../definition/types';
import type { ListSearch } from './search';

export interface Settings {
  /** The ways to look at this list that are kept. */
  views: SavedView[];
  /** The one it is looked at in. */
  saved: SavedView | undefined;
  /** The columns that somebody chose; `undefined` where those of the view are shown. */
  columns: Shown[] | undefined;
  /** Changes them, for this person, on every device; `undefined` goes back. */
  setColumns: (columns: Shown[] | undefined) => void;
  /** Whether a person's columns stand in place of those that were saved for all. */
  tweaked: boolean;
  /** What would be kept. */
  now: ListSettings;
  /** Whether that is something else than what was kept. */
  changed: boolean;
}

/**
 * How a list is looked at: what is saved for all, and above it what this person prefers. Filter and order stand in the
 * address, so that a link shows the same to somebody else.
 */
export function useSettings(object: ObjectDefinition, view: View | undefined, search: ListSearch): Settings {
  const { data: views = [] } = useQuery(savedViewsQuery(object.name));
  const saved = views.find((one) => one.id === search.saved);
  const [own, setColumns] = usePreference<Shown[]>(`columns:${object.name}:${saved?.id ?? view?.name ?? ''}`);
  const columns = own ?? saved?.settings.columns;
  const now: ListSettings = {
    ...(columns ? { columns } : {}),
    ...(search.filter ? { filter: search.filter } : {}),
    ...(search.sort ? { sort: search.sort } : {}),
    ...(search.group ? { group: search.group } : {}),
  };
  const before = saved?.settings ?? {};
  const keys = ['columns', 'filter', 'sort', 'group'] as const;
  const changed = keys.some((key) => JSON.stringify(now[key] ?? '') !== JSON.stringify(before[key] ?? ''));
  return { views, saved, columns, setColumns, tweaked: own !== undefined, now, changed };
}

/** Where in the application a saved view is. */
export function searchOf(saved: SavedView): ListSearch {
  const { filter, sort, group } = saved.settings;
  return {
    ...(saved.base_view ? { view: saved.base_view } : {}),
    saved: saved.id,
    ...(filter ? { filter } : {}),
    ...(sort ? { sort } : {}),
    ...(group ? { group } : {}),
  };
}
