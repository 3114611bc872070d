import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import { type FlowIncident, flowsQuery, type FoundInstance, retry } from '../../../api/flows';
import { failureOf } from '../../../definition/problem';
import { moment } from '../../../fields/date';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { Panel } from '../../../ui/Panel';
import { ShowMore } from '../../../ui/ShowMore';
import { Waiting } from '../../../ui/Skeleton';
import { Table } from '../../../ui/Table';
import { toast } from '../../../ui/toast';
import admin from '../admin.module.css';
import { useCalled } from '../useCalled';
import { AboutRecord, Two } from './About';
import styles from './flows.module.css';
import { FlowsLayout } from './FlowsLayout';
import { IncidentActs } from './IncidentActs';
import { Mark } from './Mark';
import { counted, useMarks } from './useMarks';
import { useSilentOrder } from './useOrder';
import { WorkflowChoice } from './WorkflowChoice';

const route = getRouteApi('/inside/admin/flows/incidents');

interface Row {
  flow: FoundInstance;
  incident: FlowIncident;
}

const idOf = ({ flow, incident }: Row) => `${flow.id} ${incident.token}`;

/** What failed for good, why, and what can be done about it. */
export function IncidentsPage() {
  const { t } = useTranslation();
  const { workflow } = route.useSearch();
  const navigate = useNavigate();
  const found = useInfiniteQuery(flowsQuery({ workflow, incident: true }));
  const flows = found.data?.pages.flatMap((page) => page.instances);
  const rows = flows?.flatMap((flow) => flow.incidents.map((incident) => ({ flow, incident })));
  return (
    <FlowsLayout tab="incidents">
      <Panel title={t('admin.flows.incidents')} help={t('admin.flows.incidentsHelp')}>
        <div className={admin.row}>
          <WorkflowChoice
            value={workflow}
            onChange={(next) =>
              void navigate({ to: '/admin/flows/incidents', search: next === undefined ? {} : { workflow: next } })
            }
          />
        </div>
        {failureOf(found) ? (
          <ErrorState error={found.error} reset={() => void found.refetch()} />
        ) : rows === undefined ? (
          <Waiting />
        ) : rows.length === 0 ? (
          <Empty title={t('admin.flows.noIncidents')} />
        ) : (
          <Incidents rows={rows} />
        )}
        <ShowMore label={t('admin.more')} list={found} />
      </Panel>
    </FlowsLayout>
  );
}

function Incidents({ rows }: { rows: Row[] }) {
  const { t } = useTranslation();
  const called = useCalled('workflow');
  const marks = useMarks(rows, idOf);
  const retrying = useSilentOrder(retryAll, ({ done, refused }) => {
    if (done > 0) toast({ text: t('admin.flows.retried', { count: done }), tone: 'done' });
    if (refused.length > 0) toast({ text: refused.join(' '), tone: 'wrong' });
    marks.markAll(false);
  });
  return (
    <>
      <div className={styles.bar}>
        <label className={admin.check}>
          <input type="checkbox" checked={marks.all} onChange={(event) => marks.markAll(event.target.checked)} />
          {t('admin.flows.markAll')}
        </label>
        <Button
          disabled={marks.marked.length === 0}
          loading={retrying.isPending}
          onClick={() => retrying.mutate(marks.marked)}
        >
          {counted(t('admin.flows.retryMarked'), marks.marked.length)}
        </Button>
      </div>
      <Table
        label={t('admin.flows.incidents')}
        rows={rows}
        id={idOf}
        columns={[
          {
            key: 'mark',
            label: t('admin.flows.mark'),
            narrow: true,
            cell: (row) => (
              <Mark
                label={t('approvals.mark', { title: row.flow.record.title ?? row.incident.label })}
                checked={marks.is(row)}
                onChange={(on) => marks.mark(row, on)}
              />
            ),
          },
          {
            key: 'step',
            label: t('admin.flows.step'),
            cell: ({ flow, incident }) => (
              <Two below={called(flow.workflow)}>
                <Link to="/admin/flows/$id" params={{ id: flow.id }}>
                  {incident.label}
                </Link>
              </Two>
            ),
          },
          { key: 'record', label: t('admin.flows.record'), cell: ({ flow }) => <AboutRecord record={flow.record} /> },
          {
            key: 'reason',
            label: t('admin.flows.cause'),
            cell: ({ incident }) => <span className={styles.reason}>{incident.reason}</span>,
          },
          {
            key: 'started',
            label: t('admin.flows.started'),
            narrow: true,
            cell: ({ flow }) => <span className="number">{moment(flow.started_at)}</span>,
          },
          {
            key: 'acts',
            label: t('admin.flows.cure'),
            narrow: true,
            cell: ({ flow, incident }) => <IncidentActs flow={flow.id} incident={incident} />,
          },
        ]}
      />
    </>
  );
}

/** Each for itself: what one refuses keeps no other. */
async function retryAll(rows: readonly Row[]): Promise<{ done: number; refused: string[] }> {
  const refused = new Set<string>();
  let done = 0;
  for (const { flow, incident } of rows) {
    try {
      await retry(flow.id, incident.token);
      done += 1;
    } catch (error) {
      refused.add(error instanceof Error ? error.message : String(error));
    }
  }
  return { done, refused: [...refused] };
}
