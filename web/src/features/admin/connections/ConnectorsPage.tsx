import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Connector, connectorsQuery } from '../../../api/connections';
import { failureOf } from '../../../definition/problem';
import { moment } from '../../../fields/date';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { Panel } from '../../../ui/Panel';
import { Waiting } from '../../../ui/Skeleton';
import { State } from '../../../ui/State';
import { Table } from '../../../ui/Table';
import { Two } from '../flows/About';
import { ConnectionsLayout } from './ConnectionsLayout';
import { Used } from './Used';

/** Other systems that flows and mails go to: whether they are set up, and how each was last used. */
export function ConnectorsPage() {
  const { t } = useTranslation();
  const found = useQuery(connectorsQuery);
  return (
    <ConnectionsLayout tab="connectors">
      <Panel title={t('admin.connections.connectors')} help={t('admin.connections.connectorsHelp')}>
        {failureOf(found) ? (
          <ErrorState error={found.error} reset={() => void found.refetch()} />
        ) : found.data === undefined ? (
          <Waiting />
        ) : found.data.length === 0 ? (
          <Empty title={t('admin.connections.noConnectors')} />
        ) : (
          <Connectors rows={found.data} />
        )}
      </Panel>
    </ConnectionsLayout>
  );
}

function Connectors({ rows }: { rows: Connector[] }) {
  const { t } = useTranslation();
  return (
    <Table
      label={t('admin.connections.connectors')}
      rows={rows}
      id={({ name }) => name}
      columns={[
        {
          key: 'name',
          label: t('admin.connections.connector'),
          cell: ({ name, label, kind }) => (
            <Two below={t(`admin.connections.kinds.${kind}`)}>
              <Link to="/admin/connections/$name" params={{ name }}>
                {label}
              </Link>
            </Two>
          ),
        },
        {
          key: 'url',
          label: t('admin.connections.address'),
          cell: ({ settings, definition }) => settings.url ?? definition.url ?? '—',
        },
        {
          key: 'ready',
          label: t('admin.flows.state'),
          narrow: true,
          cell: ({ ready }) => (
            <State tone={ready ? 'green' : 'gold'}>
              {t(ready ? 'admin.connections.ready' : 'admin.connections.unready')}
            </State>
          ),
        },
        {
          key: 'secrets',
          label: t('admin.connections.secrets'),
          end: true,
          cell: ({ secrets }) => `${secrets.filter(({ set }) => set).length} / ${secrets.length}`,
        },
        {
          key: 'used',
          label: t('admin.connections.used'),
          narrow: true,
          cell: (one) =>
            one.used_at === null ? '—' : <Two below={<Used connector={one} />}>{moment(one.used_at)}</Two>,
        },
      ]}
    />
  );
}
