import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '../../../ui/Page';
import { Panels } from '../../../ui/Panel';

const TABS = [
  ['webhooks', '/admin/connections'],
  ['connectors', '/admin/connections/connectors'],
] as const;

/** One of the pages about other systems, with the way to the other. */
export function ConnectionsLayout({ tab, children }: { tab: (typeof TABS)[number][0]; children: ReactNode }) {
  const { t } = useTranslation();
  const tabs = TABS.map(([key, to]) => ({
    key,
    label: t(`admin.connections.tabs.${key}`),
    active: key === tab,
    // The first of them is where the others begin.
    link: { to, activeOptions: { exact: true } },
  }));
  return (
    <Page title={t('admin.connections.title')} tabs={tabs}>
      <Panels>{children}</Panels>
    </Page>
  );
}
