import { useTranslation } from 'react-i18next';
import type { WholeInstance } from '../../../api/tasks';
import { moment } from '../../../fields/date';
import { Panel } from '../../../ui/Panel';
import { State, type Tone } from '../../../ui/State';
import { Table } from '../../../ui/Table';
import { Two } from './About';
import { duration } from './figures';

type PathStep = WholeInstance['path'][number];

const TONES: Record<PathStep['state'], Tone> = {
  waiting: 'blue',
  taken: 'green',
  skipped: 'grey',
  cancelled: 'grey',
  open: 'grey',
  not_taken: 'grey',
};

/** Every step with what became of it: since when, how long, with whom. */
export function Steps({ flow }: { flow: WholeInstance }) {
  const { t, i18n } = useTranslation();
  return (
    <Panel title={t('admin.flows.steps')}>
      <Table
        label={t('admin.flows.steps')}
        rows={flow.path}
        id={({ node }) => node}
        columns={[
          {
            key: 'step',
            label: t('admin.flows.step'),
            cell: ({ node, label }) => (label === node ? label : <Two below={node}>{label}</Two>),
          },
          {
            key: 'state',
            label: t('admin.flows.state'),
            narrow: true,
            cell: ({ state }) => <State tone={TONES[state]}>{t(`admin.flows.stepStates.${state}`)}</State>,
          },
          {
            key: 'with',
            label: t('admin.flows.with'),
            cell: ({ holders }) => holders.map((one) => one?.title ?? one?.login ?? '—').join(', ') || '—',
          },
          {
            key: 'since',
            label: t('admin.flows.since'),
            narrow: true,
            cell: ({ since }) => <span className="number">{since === null ? '—' : moment(since)}</span>,
          },
          {
            key: 'spent',
            label: t('admin.flows.spent'),
            end: true,
            cell: ({ seconds }) => (seconds === null ? '—' : duration(seconds, i18n.language)),
          },
          {
            key: 'returns',
            label: t('admin.flows.returned'),
            end: true,
            cell: ({ returns }) => (returns === 0 ? '—' : returns),
          },
        ]}
      />
    </Panel>
  );
}
