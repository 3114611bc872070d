import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { flowQuery } from '../../../api/flows';
import type { WholeInstance } from '../../../api/tasks';
import { failureOf } from '../../../definition/problem';
import { moment } from '../../../fields/date';
import { ErrorState } from '../../../ui/ErrorState';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import { Waiting } from '../../../ui/Skeleton';
import { useCalled } from '../useCalled';
import { AboutRecord, Until, Version } from './About';
import styles from './flows.module.css';
import { FlowActs } from './FlowActs';
import { FlowState } from './FlowState';
import { IncidentActs } from './IncidentActs';
import { Log } from './Log';
import { Steps } from './Steps';
import { Tasks } from './Tasks';
import { Tokens, Variables } from './Tokens';

const route = getRouteApi('/inside/admin/flows/$id');

/** One flow: what it is about, where it stands, what happened, and what can be done about it. */
export function FlowPage() {
  const { id } = route.useParams();
  const called = useCalled('workflow');
  const found = useQuery(flowQuery(id));
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  const flow = found.data;
  const failed = (flow.incidents ?? []).length > 0;
  return (
    <Page
      title={[called(flow.workflow), flow.record.title].filter(Boolean).join(' · ')}
      actions={
        <>
          <FlowState state={flow.state} failed={failed} />
          <FlowActs flow={flow} />
        </>
      }
    >
      <Panels wide key={id}>
        <Facts flow={flow} />
        {failed && <Failed flow={flow} />}
        <Steps flow={flow} />
        <Tasks flow={flow} />
        <Log flow={flow} />
        <Variables flow={flow} />
        <Tokens flow={flow} />
      </Panels>
    </Page>
  );
}

function Facts({ flow }: { flow: WholeInstance }) {
  const { t } = useTranslation();
  const { record, initiator, definition = '', current = true } = flow;
  const facts = [
    ['record', <AboutRecord key="record" record={record} />],
    ['initiator', initiator?.title ?? initiator?.login ?? t('admin.audit.system')],
    [
      'started',
      <span key="started" className="number">
        {moment(flow.started_at)}
      </span>,
    ],
    ['due', <Until key="due" due={flow.due_at} over={flow.ended_at !== null} />],
    [
      'ended',
      <span key="ended" className="number">
        {flow.ended_at === null ? '—' : moment(flow.ended_at)}
      </span>,
    ],
    ['version', <Version key="version" definition={definition} current={current} />],
  ] as const;
  return (
    <Panel title={t('admin.flows.about')}>
      <dl className={styles.facts}>
        {facts.map(([key, value]) => (
          <div key={key}>
            <dt>{t(`admin.flows.${key}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function Failed({ flow }: { flow: WholeInstance }) {
  const { t } = useTranslation();
  return (
    <Panel title={t('admin.flows.incidents')} help={t('admin.flows.incidentsHelp')}>
      <ul className={styles.failed}>
        {(flow.incidents ?? []).map((incident) => (
          <li key={incident.token}>
            <div>
              <strong>{incident.label}</strong>
              <p className={styles.reason}>{incident.reason}</p>
            </div>
            <IncidentActs flow={flow.id} incident={incident} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
