import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../../definition/problem';
import { cancelJob, isOpen, type Job, jobsQuery } from '../../../api/jobs';
import { moment } from '../../../fields/date';
import { Empty } from '../../../ui/Empty';
import { ErrorState } from '../../../ui/ErrorState';
import { Page } from '../../../ui/Page';
import { Panel, Panels } from '../../../ui/Panel';
import { Waiting } from '../../../ui/Skeleton';
import { State, type Tone } from '../../../ui/State';
import { Table } from '../../../ui/Table';
import { ActButton } from '../ActButton';
import styles from '../admin.module.css';

const TONES: Record<Job['state'], Tone> = {
  ready: 'grey',
  running: 'blue',
  done: 'green',
  failed: 'red',
  cancelled: 'gold',
};
const KINDS = ['import_check', 'import', 'import_undo', 'export', 'handover', 'settle', 'bulk', 'backtest', 'password_reset'];

/** Work that goes on without anybody waiting. */
export function JobsPage() {
  const { t, i18n } = useTranslation();
  const found = useQuery(jobsQuery);
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  return (
    <Page title={t('admin.jobs.title')}>
      <Panels wide>
        <Panel title={t('admin.jobs.newest')} help={t('admin.jobs.help')}>
          {found.data.length === 0 ? (
            <Empty title={t('admin.jobs.nothing')} />
          ) : (
            <Table
              label={t('admin.jobs.newest')}
              rows={found.data}
              id={(job) => job.id}
              columns={[
                {
                  key: 'kind',
                  label: t('admin.jobs.kind'),
                  cell: ({ kind }) => (KINDS.includes(kind) ? t(`admin.jobs.kinds.${kind}`) : kind),
                },
                {
                  key: 'state',
                  label: t('admin.state'),
                  cell: ({ state }) => <State tone={TONES[state]}>{t(`admin.jobs.states.${state}`)}</State>,
                },
                {
                  key: 'progress',
                  label: t('admin.jobs.progress'),
                  end: true,
                  cell: (job) => progress(job, i18n.language),
                },
                { key: 'by', label: t('admin.jobs.by'), cell: ({ created_by }) => created_by?.title ?? '—' },
                {
                  key: 'at',
                  label: t('admin.jobs.at'),
                  narrow: true,
                  cell: ({ created_at }) => <span className="number">{moment(created_at)}</span>,
                },
                { key: 'result', label: t('admin.jobs.result'), cell: (job) => <Result job={job} /> },
                {
                  key: 'cancel',
                  label: t('admin.jobs.cancel'),
                  narrow: true,
                  cell: (job) =>
                    isOpen(job) && (
                      <ActButton
                        size="small"
                        label={t('admin.jobs.cancel')}
                        act={() => cancelJob(job.id)}
                        changed={[['jobs']]}
                      />
                    ),
                },
              ]}
            />
          )}
        </Panel>
      </Panels>
    </Page>
  );
}

function progress({ progress: at }: Job, language: string): string {
  const { done, of } = at ?? {};
  const known = [done, of].filter((figure) => typeof figure === 'number');
  if (typeof done !== 'number') return '—';
  return known.map((figure) => figure.toLocaleString(language)).join(' / ');
}

function Result({ job }: { job: Job }) {
  const { t } = useTranslation();
  if (job.result === null) return <>{job.failed ? t('admin.jobs.failed', { count: job.attempts }) : '—'}</>;
  return (
    <details className={styles.details}>
      <summary>{t('admin.audit.show')}</summary>
      <pre className={styles.raw}>{JSON.stringify(job.result, null, 2)}</pre>
    </details>
  );
}
