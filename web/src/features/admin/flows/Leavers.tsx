import { Link } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Task } from '../../../api/tasks';
import { moment } from '../../../fields/date';
import { Panel } from '../../../ui/Panel';
import { Table } from '../../../ui/Table';
import admin from '../admin.module.css';
import { useCalled } from '../useCalled';
import { AboutRecord, Two } from './About';
import styles from './flows.module.css';
import Give from './Give';
import { Mark } from './Mark';
import { counted, useMarks } from './useMarks';

/** Tasks of people who may no longer sign in: one by one, or marked ones together, they go to somebody who can act. */
export function Leavers({ tasks }: { tasks: Task[] }) {
  const { t } = useTranslation();
  const called = useCalled('workflow');
  const marks = useMarks(tasks, ({ id }) => id);
  const [given, setGiven] = useState<Task[]>();
  return (
    <Panel title={t('admin.flows.leavers')} help={t('admin.flows.leaversHelp')}>
      <div className={styles.bar}>
        <label className={admin.check}>
          <input type="checkbox" checked={marks.all} onChange={(event) => marks.markAll(event.target.checked)} />
          {t('admin.flows.markAll')}
        </label>
        <Button disabled={marks.marked.length === 0} onClick={() => setGiven([...marks.marked])}>
          {counted(t('admin.flows.giveMarked'), marks.marked.length)}
        </Button>
      </div>
      <Table
        label={t('admin.flows.leavers')}
        rows={tasks}
        id={({ id }) => id}
        columns={[
          {
            key: 'mark',
            label: t('admin.flows.mark'),
            narrow: true,
            cell: (task) => (
              <Mark
                label={t('approvals.mark', { title: task.record.title ?? task.label ?? task.node })}
                checked={marks.is(task)}
                onChange={(on) => marks.mark(task, on)}
              />
            ),
          },
          {
            key: 'person',
            label: t('admin.flows.person'),
            cell: ({ assignee }) =>
              assignee === null ? (
                '—'
              ) : (
                <Link to="/admin/users/$id" params={{ id: assignee.id }}>
                  {assignee.title ?? assignee.login ?? '—'}
                </Link>
              ),
          },
          {
            key: 'step',
            label: t('admin.flows.step'),
            cell: ({ instance, workflow, label, node }) => (
              <Two below={called(workflow)}>
                <Link to="/admin/flows/$id" params={{ id: instance }}>
                  {label ?? node}
                </Link>
              </Two>
            ),
          },
          { key: 'record', label: t('admin.flows.record'), cell: ({ record }) => <AboutRecord record={record} /> },
          {
            key: 'came',
            label: t('admin.flows.came'),
            narrow: true,
            cell: (task) => <span className="number">{moment(task.created_at)}</span>,
          },
          {
            key: 'give',
            label: t('admin.flows.cure'),
            narrow: true,
            cell: (task) => (
              <Button size="small" onClick={() => setGiven([task])}>
                {t('admin.flows.giving')}
              </Button>
            ),
          },
        ]}
      />
      {given && <Give tasks={given} onClose={() => setGiven(undefined)} />}
    </Panel>
  );
}
