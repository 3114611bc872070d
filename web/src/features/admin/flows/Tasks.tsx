import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Task, WholeInstance } from '../../../api/tasks';
import { moment } from '../../../fields/date';
import { Panel } from '../../../ui/Panel';
import { State, type Tone } from '../../../ui/State';
import { Table } from '../../../ui/Table';
import { Two } from './About';
import Give from './Give';

const TONES: Partial<Record<Task['state'], Tone>> = {
  open: 'blue',
  approved: 'green',
  done: 'green',
  rejected: 'red',
  returned: 'gold',
};

/** Who was asked, why, and what they answered; what waits may be given to somebody else. */
export function Tasks({ flow }: { flow: WholeInstance }) {
  const { t } = useTranslation();
  const [given, setGiven] = useState<Task>();
  if (flow.tasks.length === 0) return null;
  const labels = new Map(flow.path.map(({ node, label }) => [node, label]));
  const waits = ({ state, kind }: Task) => flow.state === 'running' && isAwaited(state) && kind !== 'cc';
  return (
    <Panel title={t('admin.flows.tasks')}>
      <Table
        label={t('admin.flows.tasks')}
        rows={flow.tasks}
        id={({ id }) => id}
        columns={[
          {
            key: 'person',
            label: t('admin.flows.person'),
            cell: ({ assignee, why }) => <Two below={why}>{assignee?.title ?? assignee?.login ?? '—'}</Two>,
          },
          {
            key: 'step',
            label: t('admin.flows.step'),
            cell: ({ node, kind }) => <Two below={t(`approvals.kinds.${kind}`)}>{labels.get(node) ?? node}</Two>,
          },
          {
            key: 'state',
            label: t('admin.flows.state'),
            narrow: true,
            cell: ({ state }) => <State tone={TONES[state] ?? 'grey'}>{t(`approvals.states.${state}`)}</State>,
          },
          { key: 'said', label: t('approvals.comment'), cell: ({ comment }) => comment ?? '—' },
          {
            key: 'came',
            label: t('admin.flows.came'),
            narrow: true,
            cell: (task) => <span className="number">{moment(task.created_at)}</span>,
          },
          {
            key: 'decided',
            label: t('admin.flows.decided'),
            narrow: true,
            cell: ({ decided_at: at }) => <span className="number">{at === null ? '—' : moment(at)}</span>,
          },
          {
            key: 'give',
            label: t('admin.flows.cure'),
            narrow: true,
            cell: (task) =>
              waits(task) && (
                <Button size="small" onClick={() => setGiven(task)}>
                  {t('admin.flows.giving')}
                </Button>
              ),
          },
        ]}
      />
      {given && <Give tasks={[given]} onClose={() => setGiven(undefined)} />}
    </Panel>
  );
}

const isAwaited = (state: Task['state']) => state === 'open' || state === 'queued';
