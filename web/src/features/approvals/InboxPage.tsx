import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../definition/problem';
import { useLabels } from '../../api/definitions';
import { BOXES, type Box, boxQuery, type Instance, type Task } from '../../api/tasks';
import { relative } from '../../texts/moment';
import { Empty } from '../../ui/Empty';
import { ErrorState } from '../../ui/ErrorState';
import { Page } from '../../ui/Page';
import { Waiting } from '../../ui/Skeleton';
import styles from './approvals.module.css';

const route = getRouteApi('/inside/approvals/$box');

/** One line of a box: a task, or a flow that the person began. */
interface Item {
  key: string;
  title: string;
  workflow: string;
  who: string | null;
  at: string;
  state: string;
  unread: boolean;
}

/** What waits for the person, what was decided, what is to be noted, what was asked for. */
export function InboxPage() {
  const { t } = useTranslation();
  const { box } = route.useParams();
  const found = useQuery(boxQuery(box as Box));
  const items = useItems(box as Box, found.data);
  const { id: open } = useParams({ strict: false });
  useKeys(box, items ?? [], open);
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
      ) : items === undefined ? (
        <Waiting />
      ) : (
        <div className={styles.split} data-open={open !== undefined || undefined}>
          {items.length === 0 ? (
            <Empty title={t(`approvals.empty.${box}`)} />
          ) : (
            <ul className={styles.list} aria-label={t(`approvals.boxes.${box}`)}>
              {items.map((item) => (
                <li key={item.key}>
                  <Link
                    to="/approvals/$box/$id"
                    params={{ box, id: item.key }}
                    className={styles.item}
                    activeProps={{ 'data-active': true, 'aria-current': 'true' }}
                  >
                    <strong data-unread={item.unread || undefined}>{item.title}</strong>
                    <span className={styles.about}>
                      {item.workflow}
                      {item.who && ` · ${item.who}`}
                    </span>
                    <span className={styles.about}>
                      {relative(item.at, Date.now())}
                      {box !== 'todo' && ` · ${t(`approvals.states.${item.state}`, { defaultValue: item.state })}`}
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )}
          <div className={styles.detail}>
            <Outlet />
          </div>
        </div>
      )}
    </Page>
  );
}

/** The lines of a box, once they are there. */
function useItems(box: Box, found: (Task | Instance)[] | undefined): Item[] | undefined {
  const called = useLabels();
  return found?.map((one) => ({
    key: one.id,
    title: one.record.title ?? '—',
    workflow: called('workflow', one.workflow),
    who: box === 'started' ? null : (one.initiator?.title ?? null),
    at: 'started_at' in one ? (one.ended_at ?? one.started_at) : (one.decided_at ?? one.created_at),
    state: one.state,
    unread: 'read_at' in one && one.read_at === null && (box === 'todo' || box === 'cc'),
  }));
}

/** j and k go down and up. */
function useKeys(box: string, items: Item[], open: string | undefined): void {
  const navigate = useNavigate();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]');
      // A dialog that is open comes first.
      const busy = document.querySelector('dialog[open], [role=dialog]') !== null;
      if (typing || busy || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { j: 1, k: -1 }[event.key];
      if (step === undefined || items.length === 0) return;
      const at = items.findIndex((item) => item.key === open);
      const next = items[Math.max(0, Math.min(items.length - 1, at + step))];
      if (next) void navigate({ to: '/approvals/$box/$id', params: { box, id: next.key } });
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  });
}
