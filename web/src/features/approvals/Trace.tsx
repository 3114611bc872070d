import { useTranslation } from 'react-i18next';
import type { WholeInstance } from '../../api/tasks';
import { moment } from '../../fields/date';
import styles from './approvals.module.css';

/** How far a flow is: the steps with who is waited for, and what happened so far. */
export function Trace({ instance }: { instance: WholeInstance }) {
  const { t } = useTranslation();
  const labels = new Map(instance.path.map((step) => [step.node, step.label]));
  const waiting = (node: string) =>
    instance.tasks
      .filter((task) => task.node === node && task.state === 'open')
      .map((task) => task.assignee?.title ?? '—');
  return (
    <section className={styles.trace} aria-label={t('approvals.trace')}>
      <ol className={styles.steps}>
        {instance.path.map((step) => (
          <li key={step.node} data-state={step.state} aria-current={step.state === 'waiting' ? 'step' : undefined}>
            <span>{step.label}</span>
            <small>
              {step.state === 'waiting'
                ? waiting(step.node).join(', ')
                : t(`approvals.steps.${step.state}`, { defaultValue: '' })}
            </small>
          </li>
        ))}
      </ol>
      <ol className={styles.log}>
        {instance.log.map((line) => (
          <li key={line.number}>
            <time className="number" dateTime={line.at}>
              {moment(line.at)}
            </time>{' '}
            {line.actor?.title ?? t('record.system')} {t(`approvals.events.${line.kind}`, { defaultValue: line.kind })}
            {line.node && labels.has(line.node) && ` · ${labels.get(line.node)}`}
            {line.comment && <q>{line.comment}</q>}
          </li>
        ))}
      </ol>
    </section>
  );
}
