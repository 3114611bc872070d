import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { Plus, Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../../definition/problem';
import { useDefinition } from '../../../api/definitions';
import { list, type Row } from '../../../api/records';
import { referred } from '../../../definition/reference';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { Face } from '../../../ui/Face';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import { Waiting } from '../../../ui/Skeleton';
import { Table } from '../../../ui/Table';
import styles from '../admin.module.css';

const route = getRouteApi('/inside/admin/users');

/** Everybody who may sign in, or could. */
export function UsersPage() {
  const { t } = useTranslation();
  const { former = false } = route.useSearch();
  const object = useDefinition('object', 'base.user');
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim());
  const found = useInfiniteQuery({
    queryKey: ['records', 'base.user', 'admin', former, search],
    queryFn: ({ pageParam, signal }) =>
      list(
        'base.user',
        {
          fields: 'id,name,login,title,department,manager',
          filter: `active == ${!former}`,
          sort: 'name',
          limit: 100,
          count: 'capped',
          ...(search === '' ? {} : { search }),
          ...(pageParam === '' ? {} : { cursor: pageParam }),
        },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  const rows = found.data?.pages.flatMap((page) => page.records) ?? [];
  const count = found.data?.pages[0]?.count;
  const tab = (key: string, of: boolean) => ({
    key,
    label: t(`admin.users.${key}`),
    active: former === of,
    link: { to: '/admin/users' as const, search: of ? { former: true } : {} },
  });
  return (
    <Page
      title={object.plural}
      {...(count === undefined ? {} : { count })}
      tabs={[tab('active', false), tab('former', true)]}
      actions={
        <Button
          type="primary"
          icon={<Plus size={15} />}
          onClick={() => void navigate({ to: '/records/$object/new', params: { object: 'base.user' } })}
        >
          {t('list.create', { object: object.label })}
        </Button>
      }
    >
      <Panels wide>
        <Panel title={t(former ? 'admin.users.former' : 'admin.users.active')}>
          <Input
            className={styles.search}
            aria-label={t('list.search')}
            placeholder={t('list.search')}
            prefix={<Search size={14} aria-hidden />}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          {failureOf(found) ? (
            <ErrorState error={found.error} reset={() => void found.refetch()} />
          ) : found.data === undefined ? (
            <Waiting />
          ) : rows.length === 0 ? (
            <Empty title={t('list.nothingFound', { object: object.plural })} />
          ) : (
            <People rows={rows} />
          )}
          {found.hasNextPage && (
            <div>
              <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
                {t('admin.more')}
              </Button>
            </div>
          )}
        </Panel>
      </Panels>
    </Page>
  );
}

/** People with who they are in the organisation. */
export function People({ rows }: { rows: Row[] }) {
  const object = useDefinition('object', 'base.user');
  const label = (name: string) => object.fields[name]?.label ?? name;
  const text = (name: string) => ({
    key: name,
    label: label(name),
    cell: (row: Row) => referred(row[name])?.title ?? (typeof row[name] === 'string' ? row[name] : ''),
  });
  return (
    <Table
      label={object.plural}
      rows={rows}
      id={(row) => row.id}
      columns={[
        {
          key: 'name',
          label: label('name'),
          cell: (row) => (
            <Link to="/admin/users/$id" params={{ id: row.id }} className={styles.person}>
              <Face name={String(row.name ?? '?')} size={22} />
              {String(row.name ?? '—')}
            </Link>
          ),
        },
        text('login'),
        text('title'),
        text('department'),
        text('manager'),
      ]}
    />
  );
}
