import { useApps } from '../api/apps';
import { useDefinitions } from '../api/definitions';
import type { MenuEntry } from '../definition/types';

/** An object whose records somebody may create. */
export interface Creatable {
  name: string;
  label: string;
}

/** What may be created in the app somebody works in, in the order of its menu. */
export function useCreatable(): Creatable[] {
  const { current } = useApps();
  const entries = useDefinitions().filter((entry) => entry.kind === 'object' && entry.create);
  const wanted = current === undefined ? [] : [...new Set(objectsOf(current.menu))];
  return wanted.flatMap((name) => entries.find((entry) => entry.name === name) ?? []);
}

function objectsOf(menu: Record<string, MenuEntry>): string[] {
  return Object.values(menu).flatMap(({ object, menu: inside }) => [
    ...(object === undefined ? [] : [object]),
    ...objectsOf(inside ?? {}),
  ]);
}
