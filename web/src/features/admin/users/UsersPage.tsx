import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { Plus, Search } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../../definition/problem';
import { useDefinition } from '../../../api/definitions';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import { ShowMore } from '../../../ui/ShowMore';
import { Waiting } from '../../../ui/Skeleton';
import { useSettled } from '../../../ui/useSettled';
import styles from '../admin.module.css';
import { pagedQuery, rowsOf } from '../paged';
import { People, PEOPLE } from './People';

const route = getRouteApi('/inside/admin/users');

/** Everybody who may sign in, or could. */
export function UsersPage() {
  const { t } = useTranslation();
  const { former = false } = route.useSearch();
  const object = useDefinition('object', 'base.user');
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const search = useSettled(typed.trim());
  const found = useInfiniteQuery({
    ...pagedQuery('base.user', ['admin', former, search], {
      ...PEOPLE,
      filter: `active == ${!former}`,
      count: 'capped',
      ...(search === '' ? {} : { search }),
    }),
    // While words are looked for; who is active is not shown among the former, even for a moment.
    placeholderData: (before, query) => (query?.queryKey[3] === former ? before : undefined),
  });
  const rows = rowsOf(found.data);
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
          ) : rows === undefined ? (
            <Waiting />
          ) : rows.length === 0 ? (
            <Empty
              title={t('list.nothingFound', { object: object.plural })}
              action={typed !== '' && <Button onClick={() => setTyped('')}>{t('list.clear')}</Button>}
            />
          ) : (
            <People rows={rows} />
          )}
          <ShowMore label={t('admin.more')} list={found} />
        </Panel>
      </Panels>
    </Page>
  );
}
