import { useQueries } from '@tanstack/react-query';
import type { App } from '../definition/types';
import { preference } from '../ui/preference';
import { definitionQuery, useDefinitions } from './definitions';

/** The app somebody works in, by its name; nothing until somebody chooses. */
export const workingApp = preference<string>('app', [''], true);

/** The apps that somebody may open, and the one he works in: what he chose, or the first that is there for his work. */
export function useApps(): { apps: App[]; current: App | undefined; pending: boolean } {
  const names = useDefinitions().filter((entry) => entry.kind === 'app');
  const found = useQueries({ queries: names.map(({ name }) => definitionQuery('app', name)) });
  const apps = found.map((query) => query.data).filter((app) => app !== undefined);
  const chosen = workingApp.use();
  const pending = found.some((query) => query.isPending);
  // Which one is the first is known when all are there; before, another one's menu would be shown for a moment.
  const first = pending ? undefined : (apps.find(isOfWork) ?? apps[0]);
  return { apps, current: apps.find((one) => one.name === chosen) ?? first, pending };
}

/** The organisation is there for all; what somebody came for is in another pack. */
function isOfWork(app: App): boolean {
  return !app.name.startsWith('base.');
}
