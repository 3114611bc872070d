import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useDefinitions, useLabels } from '../api/definitions';
import { usePerson } from '../api/session';

/** The administrators' pages with their icons, in the order of how often they are needed. */
export const ADMIN_PAGES = [
  ['users', 'users'],
  ['departments', 'sitemap'],
  ['roles', 'shield'],
  ['access', 'target'],
  ['audit', 'clipboard-list'],
  ['flows', 'workflow'],
  ['connections', 'plug'],
  ['jobs', 'activity'],
  ['effects', 'mail'],
  ['packs', 'package'],
  ['settings', 'settings'],
] as const;

/** What one can go to from everywhere, by its name. */
interface Screen {
  key: string;
  label: string;
  /** What it belongs to. */
  of: string;
  act: () => unknown;
}

/** The screens that are there for this person: tasks, views, and what administrators have. */
export function useScreens(): Screen[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const definitions = useDefinitions();
  const { admin } = usePerson();
  const called = useLabels();
  const tasks = {
    key: 'approvals',
    label: t('approvals.title'),
    of: '',
    act: () => navigate({ to: '/approvals/$box', params: { box: 'todo' } }),
  };
  const views = definitions.flatMap(({ kind, name, label, object = '' }) =>
    kind === 'view'
      ? {
          key: name,
          label,
          of: called('object', object),
          act: () => navigate({ to: '/records/$object', params: { object }, search: { view: name } }),
        }
      : [],
  );
  const pages = (admin ? ADMIN_PAGES : []).map(([page]) => ({
    key: `admin ${page}`,
    label: t(`admin.pages.${page}`),
    of: t('admin.title'),
    act: () => navigate({ to: `/admin/${page}` }),
  }));
  return [tasks, ...views, ...pages];
}
