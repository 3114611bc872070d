import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bottlenecksQuery } from '../../../api/flows';
import { failureOf } from '../../../definition/problem';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { Panel } from '../../../ui/Panel';
import { Waiting } from '../../../ui/Skeleton';
import admin from '../admin.module.css';
import { Choice } from '../Choice';
import { useCalled } from '../useCalled';
import { csv, MEASURES, type Measure, sorted } from './figures';
import { Typed } from '../Typed';
import styles from './flows.module.css';
import { FlowsLayout } from './FlowsLayout';
import { readSpanSearch, spanOf } from './search';
import { SlowSteps } from './SlowSteps';
import { WorkflowChoice } from './WorkflowChoice';

const route = getRouteApi('/inside/admin/flows/bottlenecks');

/** How long flows take at each step, and how often they come back. */
export function BottlenecksPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = useNavigate();
  const [order, setOrder] = useState<{ by: Measure; up: boolean }>({ by: 'p90', up: false });
  const turn = (next: Record<string, unknown>) =>
    void navigate({ to: '/admin/flows/bottlenecks', search: readSpanSearch({ ...search, ...next }) });
  const found = useQuery(bottlenecksQuery({ workflow: search.workflow, ...spanOf(search.from, search.until) }));
  const steps = found.data && sorted(found.data.steps, order.by, order.up);
  const save = useSave();
  return (
    <FlowsLayout tab="bottlenecks">
      <Panel
        title={t('admin.flows.bottlenecks')}
        help={t('admin.flows.bottlenecksHelp')}
        actions={
          <Button
            icon={<Download size={15} />}
            disabled={steps === undefined || steps.length === 0}
            onClick={() => steps && save(steps)}
          >
            {t('admin.flows.csv')}
          </Button>
        }
      >
        <div className={admin.row}>
          <WorkflowChoice value={search.workflow} onChange={(workflow) => turn({ workflow })} />
          <Typed
            label={t('admin.audit.filters.from')}
            type="date"
            value={search.from ?? ''}
            onChange={(from) => turn({ from })}
          />
          <Typed
            label={t('admin.audit.filters.until')}
            type="date"
            value={search.until ?? ''}
            onChange={(until) => turn({ until })}
          />
          <div className={styles.phone}>
            <Choice
              label={t('admin.flows.sort')}
              value={order.by}
              clears={false}
              options={MEASURES.map((value) => ({ value, label: t(`admin.flows.measures.${value}`) }))}
              onChange={(by) => by && setOrder({ by: by as Measure, up: false })}
            />
          </div>
        </div>
        {failureOf(found) ? (
          <ErrorState error={found.error} reset={() => void found.refetch()} />
        ) : steps === undefined ? (
          <Waiting />
        ) : steps.length === 0 ? (
          <Empty title={t('admin.flows.noTimes')} />
        ) : (
          <SlowSteps steps={steps} order={order} onOrder={setOrder} />
        )}
      </Panel>
    </FlowsLayout>
  );
}

/** Hands the table to the browser as a file. */
function useSave() {
  const { t } = useTranslation();
  const called = useCalled('workflow');
  return (steps: ReturnType<typeof sorted>) => {
    const head = [t('admin.flows.workflow'), t('admin.flows.step')];
    const figures = ['passed', 'median', 'p90', 'longest', 'returned', 'return_rate', 'waiting'] as const;
    const names = figures.map((one) => t(`admin.flows.columns.${one}`));
    const rows = steps.map((step) => [called(step.workflow), step.label, ...figures.map((one) => step[one])]);
    const file = new Blob([csv([[...head, ...names], ...rows])], { type: 'text/csv' });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    link.download = 'bottlenecks.csv';
    link.click();
    URL.revokeObjectURL(link.href);
  };
}
