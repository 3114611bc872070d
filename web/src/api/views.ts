import { queryOptions } from '@tanstack/react-query';
import type { View } from '../definition/types';
import { useAnyDefinition, useDefinitions } from './definitions';
import { change, create, list, remove, type Row } from './records';

const OBJECT = 'base.saved_view';

/** A column as somebody wants it. */
export interface Shown {
  path: string;
  /** In pixels; absent means as wide as its kind of field usually is. */
  width?: number;
  /** Stays where it is while the others are scrolled sideways. */
  pinned?: boolean;
}

/** How a list is looked at. */
export interface ListSettings {
  columns?: Shown[];
  filter?: string;
  sort?: string;
  group?: string;
}

/** A way to look at a list that somebody keeps, for himself or for everybody. */
export interface SavedView {
  id: string;
  version: number;
  name: string;
  base_view: string | null;
  shared: boolean;
  locked: boolean;
  owner: { id: string; title: string };
  settings: ListSettings;
}

/** The ways to look at an object's list that this person may use. */
export const savedViewsQuery = (object: string) =>
  queryOptions({
    queryKey: ['saved views', object],
    queryFn: async ({ signal }) => {
      // Administrators could read what others keep for themselves, too.
      const filter = `object == ${JSON.stringify(object)} && (shared || owner == user.id)`;
      const page = await list(OBJECT, { filter, sort: '-shared,name', limit: 200 }, signal);
      return page.records.map(read);
    },
    staleTime: 60_000,
  });

export async function saveView(
  object: string,
  view: Pick<SavedView, 'name' | 'base_view' | 'shared' | 'locked' | 'settings'>,
): Promise<SavedView> {
  return read(await create(OBJECT, { ...view, object }, crypto.randomUUID()));
}

export async function changeView(
  view: SavedView,
  body: Partial<Pick<SavedView, 'name' | 'shared' | 'locked' | 'settings'>>,
): Promise<SavedView> {
  return read(await change(OBJECT, view, body));
}

export function removeView(view: SavedView): Promise<void> {
  return remove(OBJECT, view);
}

function read(row: Row): SavedView {
  const settings = row.settings !== null && typeof row.settings === 'object' ? row.settings : {};
  return { ...(row as unknown as SavedView), settings: settings as ListSettings };
}

/** The first view of an object that is a list. */
export function useView(object: string): View | undefined {
  const entries = useDefinitions().filter((entry) => entry.kind === 'view' && entry.object === object);
  return useAnyDefinition('view', (entries.find((entry) => entry.default) ?? entries[0])?.name);
}
