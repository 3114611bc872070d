import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import { flowsQuery } from '../../../api/flows';
import { failureOf } from '../../../definition/problem';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { LinkButton } from '../../../ui/LinkButton';
import { Panel } from '../../../ui/Panel';
import { ShowMore } from '../../../ui/ShowMore';
import { Waiting } from '../../../ui/Skeleton';
import { FlowFilters } from './Filters';
import { FlowsLayout } from './FlowsLayout';
import { FlowsTable } from './FlowsTable';
import { type FlowsSearch, selectionOf } from './search';

const route = getRouteApi('/inside/admin/flows');

/** All flows, the newest first, with where they stand. */
export function FlowsPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = useNavigate();
  const turn = (next: FlowsSearch) => void navigate({ to: '/admin/flows', search: next });
  const found = useInfiniteQuery(flowsQuery(selectionOf(search)));
  const rows = found.data?.pages.flatMap((page) => page.instances);
  return (
    <FlowsLayout tab="instances">
      <Panel
        title={t('admin.flows.all')}
        actions={
          search.workflow !== undefined && (
            <LinkButton to="/admin/flows/migrate" search={{ workflow: search.workflow }}>
              {t('admin.flows.migrateAll')}
            </LinkButton>
          )
        }
      >
        <FlowFilters search={search} onTurn={turn} />
        {failureOf(found) ? (
          <ErrorState error={found.error} reset={() => void found.refetch()} />
        ) : rows === undefined ? (
          <Waiting />
        ) : rows.length === 0 && !found.hasNextPage ? (
          <Empty
            title={t('admin.flows.nothing')}
            action={Object.keys(search).length > 0 && <Button onClick={() => turn({})}>{t('list.clear')}</Button>}
          />
        ) : (
          <FlowsTable label={t('admin.flows.all')} rows={rows} />
        )}
        <ShowMore label={t('admin.more')} list={found} />
      </Panel>
    </FlowsLayout>
  );
}
