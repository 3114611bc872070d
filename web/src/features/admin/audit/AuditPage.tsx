import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../../definition/problem';
import { type AuditEntry, auditQuery } from '../../../api/audit';
import { moment } from '../../../fields/date';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import { ShowMore } from '../../../ui/ShowMore';
import { Waiting } from '../../../ui/Skeleton';
import { Table } from '../../../ui/Table';
import { useCalled } from '../useCalled';
import { Changes } from './Changes';
import { AuditFilters } from './Filters';
import { wordOf } from './kinds';
import type { AuditSearch } from './search';
import { Verify } from './Verify';

const route = getRouteApi('/inside/admin/audit');

/** Who did what and when, and whether anybody changed what was written about it. */
export function AuditPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = useNavigate();
  const turn = (next: AuditSearch) => void navigate({ to: '/admin/audit', search: next });
  const { from, until, name: _name, ...rest } = search;
  const filtered = Object.keys(search).length > 0;
  const found = useInfiniteQuery(
    auditQuery({
      ...rest,
      ...(from ? { from: new Date(`${from}T00:00`).toISOString() } : {}),
      ...(until ? { until: new Date(`${until}T23:59:59.999`).toISOString() } : {}),
    }),
  );
  const entries = found.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Page title={t('admin.audit.title')}>
      <Panels wide>
        <Verify />
        <Panel title={t('admin.audit.entries')}>
          <AuditFilters search={search} onTurn={turn} />
          {failureOf(found) ? (
            <ErrorState error={found.error} reset={() => void found.refetch()} />
          ) : found.data === undefined ? (
            <Waiting />
          ) : entries.length === 0 ? (
            <Empty
              title={t('admin.audit.nothing')}
              action={filtered && <Button onClick={() => turn({})}>{t('list.clear')}</Button>}
            />
          ) : (
            <Entries entries={entries} />
          )}
          <ShowMore label={t('admin.more')} list={found} />
        </Panel>
      </Panels>
    </Page>
  );
}

function Entries({ entries }: { entries: AuditEntry[] }) {
  const { t } = useTranslation();
  const called = useCalled('object');
  return (
    <Table
      label={t('admin.audit.entries')}
      rows={entries}
      id={(one) => one.id}
      columns={[
        {
          key: 'at',
          label: t('admin.audit.at'),
          narrow: true,
          cell: (one) => <span className="number">{moment(one.at)}</span>,
        },
        {
          key: 'actor',
          label: t('admin.audit.actor'),
          cell: (one) => one.actor?.title ?? one.actor?.login ?? t('admin.audit.system'),
        },
        {
          key: 'kind',
          label: t('admin.audit.kind'),
          cell: (one) => {
            const word = wordOf(one.kind);
            return word === undefined ? one.kind : t(word);
          },
        },
        {
          key: 'record',
          label: t('admin.audit.record'),
          cell: (one) => {
            if (one.object === null) return '—';
            if (one.record === null) return called(one.object);
            return (
              <Link to="/records/$object/$id" params={{ object: one.object, id: one.record }}>
                {called(one.object)} …{one.record.slice(-6)}
              </Link>
            );
          },
        },
        { key: 'address', label: t('admin.audit.address'), narrow: true, cell: (one) => one.address ?? '—' },
        { key: 'changes', label: t('admin.audit.details'), cell: (one) => <Changes entry={one} /> },
      ]}
    />
  );
}
