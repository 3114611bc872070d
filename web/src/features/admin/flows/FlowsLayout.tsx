import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '../../../ui/Page';
import { Panels } from '../../../ui/Panel';

const TABS = [
  ['instances', '/admin/flows'],
  ['incidents', '/admin/flows/incidents'],
  ['stuck', '/admin/flows/stuck'],
  ['bottlenecks', '/admin/flows/bottlenecks'],
] as const;

export type FlowTab = (typeof TABS)[number][0];

/** One of the pages about running flows, with the way to the others. */
export function FlowsLayout({ tab, children }: { tab: FlowTab; children: ReactNode }) {
  const { t } = useTranslation();
  const tabs = TABS.map(([key, to]) => ({
    key,
    label: t(`admin.flows.tabs.${key}`),
    active: key === tab,
    // The first of them is where the others begin.
    link: { to, search: {}, activeOptions: { exact: true, includeSearch: false } },
  }));
  return (
    <Page title={t('admin.flows.title')} tabs={tabs}>
      <Panels wide>{children}</Panels>
    </Page>
  );
}
