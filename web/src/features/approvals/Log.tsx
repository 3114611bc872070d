import { useTranslation } from 'react-i18next';
import type { WholeInstance } from '../../api/tasks';
import { moment } from '../../fields/date';
import styles from './approvals.module.css';

/** What happened in a flow, the first first. */
export function Log({ instance: { log, path } }: { instance: WholeInstance }) {
  const { t } = useTranslation();
  const labels = new Map(path.map((step) => [step.node, step.label]));
  return (
    <details className={styles.logs} open>
      <summary>{t('flows.log')}</summary>
      <ol className={styles.log}>
        {log.map((line) => {
          const people = line.people.map((person) => person?.title ?? '—');
          const to = [...people, ...(line.to ? [labels.get(line.to) ?? line.to] : [])];
          return (
            <li key={line.number}>
              <time className="number" dateTime={line.at}>
                {moment(line.at)}
              </time>
              <span>
                <b>{line.actor?.title ?? t('record.system')}</b> {t(`approvals.events.${line.kind}`)}
                {to.length > 0 && ` → ${to.join(', ')}`}
                {line.node && labels.has(line.node) && <em> · {labels.get(line.node)}</em>}
                {line.skipped && ` · ${t(`flows.unasked.${line.skipped}`)}`}
                {line.rules && line.rules.length > 0 && ` · ${t('approvals.rules', { rules: line.rules.join(', ') })}`}
                {line.comment && <q>{line.comment}</q>}
                {line.reason && <q>{line.reason}</q>}
              </span>
            </li>
          );
        })}
      </ol>
    </details>
  );
}
