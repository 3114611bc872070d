import { Navigate } from '@tanstack/react-router';
import { useQueries } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { definitionQuery, useDefinitions } from '../../api/definitions';
import type { MenuEntry } from '../../definition/types';
import { Empty } from '../../ui/Empty';
import { Waiting } from '../../ui/Skeleton';

/** Leads to the first screen of the first app. */
export function HomePage() {
  const { t } = useTranslation();
  const names = useDefinitions().filter((entry) => entry.kind === 'app');
  const apps = useQueries({ queries: names.map(({ name }) => definitionQuery('app', name)) });
  if (apps.some((app) => app.isPending)) return <Waiting />;
  const kept = localStorage.getItem('lifeloom.app');
  const rank = (name = '') => (name === kept ? 0 : name.startsWith('base.') ? 2 : 1);
  const ordered = [...apps].sort((a, b) => rank(a.data?.name) - rank(b.data?.name));
  const first = ordered.map((app) => firstLeaf(app.data?.menu ?? {})).find((leaf) => leaf !== undefined);
  if (first?.object === undefined) return <Empty title={t('home.nothing')}>{t('home.nothingCure')}</Empty>;
  const search = first.view === undefined ? {} : { view: first.view };
  return <Navigate to="/records/$object" params={{ object: first.object }} search={search} replace />;
}

function firstLeaf(menu: Record<string, MenuEntry>): MenuEntry | undefined {
  for (const entry of Object.values(menu)) {
    const leaf = entry.menu ? firstLeaf(entry.menu) : entry.object === undefined ? undefined : entry;
    if (leaf) return leaf;
  }
  return undefined;
}
