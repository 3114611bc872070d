import { useQuery, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Popconfirm from 'antd/es/popconfirm';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDefinitions } from '../../../api/definitions';
import { isOpen, jobQuery } from '../../../api/jobs';
import { handOver, toHandOverQuery } from '../../../api/users';
import type { Referred } from '../../../definition/reference';
import { CountedBar } from '../../../ui/CountedBar';
import { Panel } from '../../../ui/Panel';
import { Table } from '../../../ui/Table';
import { toast } from '../../../ui/toast';
import styles from '../admin.module.css';
import { Chooser } from '../Chooser';

interface Props {
  user: string;
  name: string;
  active: boolean;
}

/** What somebody who leaves has goes to a successor. */
export function HandOver({ user, name, active }: Props) {
  const { t } = useTranslation();
  const { data: held } = useQuery(toHandOverQuery(user));
  const [to, setTo] = useState<Referred | null>(null);
  const [deactivate, setDeactivate] = useState(active);
  const [job, setJob] = useState<string | null>(null);
  const order = async () => {
    if (to !== null) setJob(await handOver(user, to.id, deactivate));
  };
  if (held === undefined) return null;
  const all = Object.values(held.records).reduce((sum, count) => sum + count, held.tasks);
  return (
    <Panel title={t('admin.handover.title')} help={t('admin.handover.help', { name })}>
      {job !== null && <Running job={job} user={user} />}
      {all === 0 ? (
        <p className={styles.quiet}>{t('admin.handover.nothing')}</p>
      ) : (
        <Holdings records={held.records} tasks={held.tasks} label={t('admin.handover.title')} />
      )}
      <div className={styles.row}>
        <Chooser label={t('admin.handover.to')} object="base.user" value={to} onChange={setTo} />
        {active && (
          <label className={styles.check}>
            <input type="checkbox" checked={deactivate} onChange={(event) => setDeactivate(event.target.checked)} />
            {t('admin.handover.deactivate')}
          </label>
        )}
        <Popconfirm
          title={t('admin.handover.ask', { count: all, to: to?.title ?? '' })}
          okText={t('admin.handover.run')}
          onConfirm={() => order().catch((error: Error) => toast({ text: error.message, tone: 'wrong' }))}
        >
          <Button type="primary" disabled={to === null || to.id === user || (all === 0 && !deactivate)}>
            {t('admin.handover.run')}
          </Button>
        </Popconfirm>
      </div>
    </Panel>
  );
}

function Running({ job, user }: { job: string; user: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data } = useQuery(jobQuery(job));
  const ended = data !== undefined && !isOpen(data);
  useEffect(() => {
    if (!ended) return;
    for (const queryKey of [['users', user], ['record', 'base.user', user], ['records']]) {
      void queries.invalidateQueries({ queryKey });
    }
  }, [ended, queries, user]);
  if (data === undefined) return null;
  const told = (data.result ?? data.progress ?? {}) as {
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
        <strong>{t(data.state === 'done' ? 'admin.handover.done' : 'admin.handover.failed', { count: done })}</strong>
      </p>
      {failed > 0 && <p className={styles.wrong}>{t('admin.handover.left', { count: failed })}</p>}
    </div>
  );
}

function Holdings({ records, tasks, label }: { records: Record<string, number>; tasks: number; label: string }) {
  const { t, i18n } = useTranslation();
  const definitions = useDefinitions();
  const called = (name: string) => definitions.find((one) => one.kind === 'object' && one.name === name)?.label ?? name;
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
