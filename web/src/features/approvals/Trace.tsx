import { useTranslation } from 'react-i18next';
import type { Task, WholeInstance } from '../../api/tasks';
import { moment } from '../../fields/date';
import styles from './approvals.module.css';
import { Due } from './Due';
import { isWaited } from './seats';

/** How somebody came to a seat, where it is not as the flow says. */
const TOLD: readonly Task['origin'][] = ['transferred', 'delegated', 'added', 'substituted', 'escalated'];

/** How far a flow is: the steps with who is waited for, and what happened so far. */
export function Trace({ instance }: { instance: WholeInstance }) {
  const { t } = useTranslation();
  const labels = new Map(instance.path.map((step) => [step.node, step.label]));
  return (
    <section className={styles.trace} aria-label={t('approvals.trace')}>
      <Due of={instance} />
      <ol className={styles.steps}>
        {instance.path.map((step) => (
          <li key={step.node} data-state={step.state} aria-current={step.state === 'waiting' ? 'step' : undefined}>
            <span>{step.label}</span>
            {step.state === 'waiting' ? (
              instance.tasks
                .filter((task) => task.node === step.node && task.kind !== 'cc' && isWaited(task))
                .map((task) => <Seat key={task.id} task={task} />)
            ) : (
              <small>{t(`approvals.steps.${step.state}`, { defaultValue: '' })}</small>
            )}
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
            {line.rules && line.rules.length > 0 && ` · ${t('approvals.rules', { rules: line.rules.join(', ') })}`}
            {line.comment && <q>{line.comment}</q>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Somebody who is waited for, with how they came to it and whether others come first. */
function Seat({ task }: { task: Task }) {
  const { t } = useTranslation();
  const { assignee, origin, state } = task;
  const notes = [
    ...(TOLD.includes(origin) ? [t(`approvals.origins.${origin}`)] : []),
    ...(state === 'queued' ? [t('approvals.states.queued')] : []),
  ];
  return (
    <small>
      {[assignee?.title ?? '—', ...notes].join(' · ')} <Due of={task} />
    </small>
  );
}
