import { useTranslation } from 'react-i18next';
import type { WholeInstance } from '../../../api/tasks';
import { moment } from '../../../fields/date';
import { Panel } from '../../../ui/Panel';
import { Table } from '../../../ui/Table';
import styles from './flows.module.css';

/** What happened, the newest first. */
export function Log({ flow }: { flow: WholeInstance }) {
  const { t } = useTranslation();
  const labels = new Map(flow.path.map(({ node, label }) => [node, label]));
  const step = (node: string | null) => (node === null ? '—' : (labels.get(node) ?? node));
  return (
    <Panel title={t('admin.flows.log')}>
      <Table
        label={t('admin.flows.log')}
        rows={flow.log.toReversed()}
        id={({ number }) => String(number)}
        columns={[
          {
            key: 'at',
            label: t('admin.audit.at'),
            narrow: true,
            cell: ({ at }) => <span className="number">{moment(at)}</span>,
          },
          { key: 'actor', label: t('admin.audit.actor'), cell: ({ actor }) => actor?.title ?? t('admin.audit.system') },
          {
            key: 'what',
            label: t('admin.audit.kind'),
            cell: ({ kind, people }) => {
              const words = t(`approvals.events.${kind}`, { defaultValue: kind });
              const named = people.map((one) => one?.title ?? one?.login ?? '—').join(', ');
              return named === '' ? words : `${words}: ${named}`;
            },
          },
          { key: 'step', label: t('admin.flows.step'), cell: ({ node }) => step(node) },
          {
            key: 'said',
            label: t('approvals.comment'),
            cell: ({ comment, reason }) => {
              if (comment === null && reason === undefined) return '—';
              return (
                <span className={reason === undefined ? undefined : styles.reason}>
                  {[comment, reason].filter(Boolean).join(' — ')}
                </span>
              );
            },
          },
        ]}
      />
    </Panel>
  );
}
