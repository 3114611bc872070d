import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../definition/problem';
import { BOXES, type Box, boxQuery, type Task } from '../../api/tasks';
import { Empty } from '../../ui/Empty';
import { ErrorState } from '../../ui/ErrorState';
import { Page } from '../../ui/Page';
import { ShowMore } from '../../ui/ShowMore';
import { Waiting } from '../../ui/Skeleton';
import styles from './approvals.module.css';
import { BatchBar } from './BatchBar';
import { isMarkable, Items } from './Items';
import { useKeys } from './useKeys';

const route = getRouteApi('/inside/approvals/$box');
const BatchDialog = lazy(() => import('./BatchDialog'));
const ActDialog = lazy(() => import('./ActDialog'));

/** What waits for the person, what was decided, what is to be noted, what was asked for. */
export function InboxPage() {
  const { t } = useTranslation();
  const { box } = route.useParams();
  const found = useInfiniteQuery(boxQuery(box as Box));
  const entries = useMemo(() => found.data?.pages.flatMap((page) => page.tasks), [found.data]);
  const [marking, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [together, setTogether] = useState<readonly Task[] | null>(null);
  const { id: open } = useParams({ strict: false });
  const list = useRef<HTMLUListElement>(null);
  const { wanted, dismiss } = useKeys(list, open);
  const markable = box === 'todo' ? (entries ?? []).filter(isMarkable) : [];
  // What somebody else decided meanwhile is marked no longer.
  const marked = new Set(markable.flatMap(({ id }) => (marking.has(id) ? id : [])));
  return (
    <Page
      title={t('approvals.title')}
      tabs={BOXES.map((one) => ({
        key: one,
        label: t(`approvals.boxes.${one}`),
        active: one === box,
        link: { to: '/approvals/$box', params: { box: one } },
      }))}
    >
      {failureOf(found) ? (
        <ErrorState error={found.error} reset={() => void found.refetch()} />
      ) : entries === undefined ? (
        <Waiting />
      ) : (
        <div className={styles.split} data-open={open !== undefined || undefined}>
          {entries.length === 0 ? (
            <Empty title={t(`approvals.empty.${box}`)} />
          ) : (
            <div className={styles.list}>
              {markable.length > 1 && (
                <BatchBar
                  tasks={markable}
                  marked={marked}
                  onMark={setMarked}
                  onApprove={() => setTogether(markable.filter(({ id }) => marked.has(id)))}
                />
              )}
              <Items box={box as Box} entries={entries} list={list} marked={marked} onMark={setMarked} />
              <ShowMore label={t('approvals.further')} list={found} />
            </div>
          )}
          <div className={styles.detail}>
            {open === undefined && box === 'todo' && entries.length > 0 && (
              <p className={styles.keys}>{t('approvals.keys')}</p>
            )}
            <Outlet />
          </div>
        </div>
      )}
      <Suspense fallback={null}>
        {wanted && <ActDialog {...wanted} box={box} onClose={dismiss} />}
        {together && <BatchDialog tasks={together} onMark={setMarked} onClose={() => setTogether(null)} />}
      </Suspense>
    </Page>
  );
}
