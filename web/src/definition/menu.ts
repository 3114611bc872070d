import type { MenuEntry } from './types';

/** The first list of a menu, in the order in which people read it. */
export function firstList(menu: Record<string, MenuEntry>): MenuEntry | undefined {
  for (const entry of Object.values(menu)) {
    const leaf = entry.menu ? firstList(entry.menu) : entry.object === undefined ? undefined : entry;
    if (leaf) return leaf;
  }
  return undefined;
}
