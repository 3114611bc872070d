import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useApps } from '../../api/apps';
import { firstList } from '../../definition/menu';
import { Empty } from '../../ui/Empty';
import { Waiting } from '../../ui/Skeleton';

declare module '@tanstack/history' {
  interface HistoryState {
    /** It is where the start page led to, and nobody went on from there. */
    start?: boolean;
  }
}

/** Leads to the first screen of the app somebody works in. */
export function HomePage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { current, pending } = useApps();
  // Which app is the first is known when all have come.
  const { object, view } = firstList((pending ? undefined : current?.menu) ?? {}) ?? {};
  // Once for each place: `Navigate` goes again whenever this is drawn again, and what it leads to is never there.
  useEffect(() => {
    if (object === undefined) return;
    const search = view === undefined ? {} : { view };
    void navigate({ to: '/records/$object', params: { object }, search, state: { start: true }, replace: true });
  }, [navigate, object, view]);
  if (pending || object !== undefined) return <Waiting />;
  return <Empty title={t('home.nothing')}>{t('home.nothingCure')}</Empty>;
}
