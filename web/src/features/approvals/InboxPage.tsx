import { useInfiniteQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { getRouteApi, Outlet, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../definition/problem';
import { BOXES, type Box, boxQuery, type Task } from '../../api/tasks';
import type { BoxFilter } from '../../api/boxFilter';
import { Empty } from '../../ui/Empty';
import { ErrorState } from '../../ui/ErrorState';
import { Page } from '../../ui/Page';
import { ShowMore } from '../../ui/ShowMore';
import { Waiting } from '../../ui/Skeleton';
import styles from './approvals.module.css';
import { BatchBar } from './BatchBar';
import { isMarkable, Items } from './Items';
import { carried } from './search';
import { Tools } from './Tools';
import { useKeys } from './useKeys';

const route = getRouteApi('/inside/approvals/$box');
const BatchDialog = lazy(() => import('./BatchDialog'));
const ActDialog = lazy(() => import('./ActDialog'));
const KeysDialog = lazy(() => import('./KeysDialog'));

/** What is decided about several tasks at once. */
interface Together {
  tasks: readonly Task[];
  act: 'approve' | 'reject';
}

/** What waits for the person, what was decided, what is to be noted, what was asked for. */
export function InboxPage() {
  const { t } = useTranslation();
  const box = route.useParams().box as Box;
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const found = useInfiniteQuery(boxQuery(box, filter));
  const entries = useMemo(() => found.data?.pages.flatMap((page) => page.tasks), [found.data]);
  const [marking, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [together, setTogether] = useState<Together | null>(null);
  const [helping, setHelping] = useState(false);
  const { id: open } = useParams({ strict: false });
  const list = useRef<HTMLUListElement>(null);
  const search = useRef<HTMLDivElement>(null);
  const { wanted, dismiss } = useKeys({
    list,
    open,
    onHelp: () => setHelping(true),
    onSearch: () => search.current?.querySelector('input')?.focus(),
  });
  const markable = box === 'todo' ? (entries ?? []).filter(isMarkable) : [];
  // What somebody else decided meanwhile is marked no longer.
  const marked = new Set(markable.flatMap(({ id }) => (marking.has(id) ? id : [])));
  const narrow = (next: BoxFilter) => void navigate({ to: '.', search: next, replace: true });
  const narrowed = Object.keys(filter).length > 0;
  return (
    <Page
      title={t('approvals.title')}
      tabs={BOXES.map((one) => ({
        key: one,
        label: t(`approvals.boxes.${one}`),
        active: one === box,
        link: { to: '/approvals/$box', params: { box: one }, search: carried(filter, one) },
      }))}
    >
      <div className={styles.inbox} data-open={open !== undefined || undefined}>
        <Tools box={box} filter={filter} onChange={narrow} onKeys={() => setHelping(true)} search={search} />
        {failureOf(found) ? (
          <ErrorState error={found.error} reset={() => void found.refetch()} />
        ) : entries === undefined ? (
          <Waiting />
        ) : (
          <div className={styles.split}>
            {entries.length === 0 && !found.hasNextPage ? (
              <div className={styles.none}>
                <Empty
                  title={t(narrowed ? 'approvals.filters.none' : `approvals.empty.${box}`)}
                  action={narrowed && <Button onClick={() => narrow({})}>{t('approvals.filters.clear')}</Button>}
                />
              </div>
            ) : (
              <div className={styles.list}>
                {markable.length > 1 && (
                  <BatchBar
                    tasks={markable}
                    marked={marked}
                    onMark={setMarked}
                    onAct={(act) => setTogether({ act, tasks: markable.filter(({ id }) => marked.has(id)) })}
                  />
                )}
                <Items box={box} entries={entries} list={list} marked={marked} onMark={setMarked} />
                <ShowMore label={t('approvals.further')} list={found} />
              </div>
            )}
            <div className={styles.detail}>
              {open === undefined && entries.length > 0 && (
                <p className={styles.hint}>{t(box === 'todo' ? 'approvals.hint' : 'approvals.choose')}</p>
              )}
              <Outlet />
            </div>
          </div>
        )}
      </div>
      <Suspense fallback={null}>
        {helping && <KeysDialog onClose={() => setHelping(false)} />}
        {wanted && <ActDialog {...wanted} box={box} onClose={dismiss} />}
        {together && <BatchDialog {...together} onMark={setMarked} onClose={() => setTogether(null)} />}
      </Suspense>
    </Page>
  );
}
