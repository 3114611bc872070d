import { useQuery, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Popconfirm from 'antd/es/popconfirm';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isOpen, type Job, jobQuery } from '../../../api/jobs';
import { useOnce } from '../../../api/once';
import { handOver, toHandOverQuery } from '../../../api/users';
import type { Referred } from '../../../definition/reference';
import { CountedBar } from '../../../ui/CountedBar';
import { Panel } from '../../../ui/Panel';
import { Table } from '../../../ui/Table';
import { toast } from '../../../ui/toast';
import styles from '../admin.module.css';
import { Chooser } from '../Chooser';
import { useCalled } from '../useCalled';
import { Wrong } from '../Wrong';

interface Props {
  user: string;
  name: string;
  active: boolean;
}

/** What somebody who leaves has goes to a successor. */
export function HandOver({ user, name, active }: Props) {
  const { t } = useTranslation();
  const { data: held, error } = useQuery(toHandOverQuery(user));
  const [to, setTo] = useState<Referred | null>(null);
  const [wanted, setWanted] = useState(true);
  // Who is deactivated elsewhere meanwhile is not deactivated once more.
  const deactivate = active && wanted;
  const ordering = useOnce({
    mutationFn: (successor: string) => handOver(user, successor, deactivate),
    onError: (refused) => toast({ text: refused.message, tone: 'wrong' }),
  });
  const ordered = ordering.data !== undefined;
  const watched = useQuery({ ...jobQuery(ordering.data ?? ''), enabled: ordered });
  const job = watched.data;
  const busy = ordering.isPending || (ordered && (job === undefined ? watched.isPending : isOpen(job)));
  if (held === undefined) {
    return (
      error && (
        <Panel title={t('admin.handover.title')}>
          <Wrong>{error.message}</Wrong>
        </Panel>
      )
    );
  }
  const all = Object.values(held.records).reduce((sum, count) => sum + count, held.tasks);
  return (
    <Panel title={t('admin.handover.title')} help={t('admin.handover.help', { name })}>
      {job && <Running job={job} user={user} />}
      {all === 0 ? (
        <p className={styles.quiet}>{t('admin.handover.nothing')}</p>
      ) : (
        <Holdings records={held.records} tasks={held.tasks} label={t('admin.handover.title')} />
      )}
      <div className={styles.row}>
        <Chooser label={t('admin.handover.to')} object="base.user" value={to} onChange={setTo} />
        {active && (
          <label className={styles.check}>
            <input type="checkbox" checked={wanted} onChange={(event) => setWanted(event.target.checked)} />
            {t('admin.handover.deactivate')}
          </label>
        )}
        <Popconfirm
          title={t('admin.handover.ask', { count: all, to: to?.title ?? '' })}
          okText={t('admin.handover.run')}
          onConfirm={() => to !== null && ordering.mutate(to.id)}
        >
          <Button type="primary" loading={busy} disabled={to === null || to.id === user || (all === 0 && !deactivate)}>
            {t('admin.handover.run')}
          </Button>
        </Popconfirm>
      </div>
    </Panel>
  );
}

function Running({ job, user }: { job: Job; user: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const ended = !isOpen(job);
  useEffect(() => {
    if (!ended) return;
    for (const queryKey of [['users', user], ['record', 'base.user', user], ['records']]) {
      void queries.invalidateQueries({ queryKey });
    }
  }, [ended, queries, user]);
  const told = (job.result ?? job.progress ?? {}) as {
    records?: Record<string, number>;
    tasks?: number;
    failed?: [];
  };
  const done = Object.values(told.records ?? {}).reduce((sum, count) => sum + count, told.tasks ?? 0);
  if (!ended) return <CountedBar label={t('admin.handover.running')} done={done} of={null} />;
  const failed = told.failed?.length ?? 0;
  return (
    <div role="status">
      <p>
        <strong>{t(job.state === 'done' ? 'admin.handover.done' : 'admin.handover.failed', { count: done })}</strong>
      </p>
      {failed > 0 && <p className={styles.wrong}>{t('admin.handover.left', { count: failed })}</p>}
    </div>
  );
}

function Holdings({ records, tasks, label }: { records: Record<string, number>; tasks: number; label: string }) {
  const { t, i18n } = useTranslation();
  const called = useCalled('object');
  const rows = Object.entries(records).map(([name, count]) => ({ name, label: called(name), count }));
  if (tasks > 0) rows.push({ name: 'tasks', label: t('admin.handover.tasks'), count: tasks });
  return (
    <Table
      label={label}
      rows={rows}
      id={(one) => one.name}
      columns={[
        { key: 'what', label: t('admin.handover.what'), cell: (one) => one.label },
        {
          key: 'count',
          label: t('admin.handover.count'),
          end: true,
          cell: (one) => one.count.toLocaleString(i18n.language),
        },
      ]}
    />
  );
}
