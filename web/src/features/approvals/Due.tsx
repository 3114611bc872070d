import { useTranslation } from 'react-i18next';
import type { Task } from '../../api/tasks';
import { moment } from '../../fields/date';
import { relative } from '../../texts/moment';
import styles from './approvals.module.css';

/** Until when an open task should be done; one that is late stands out. Nothing where it has no time. */
export function Due({ task: { due_at: due, state } }: { task: Task }) {
  const { t } = useTranslation();
  if (due === null || state !== 'open') return null;
  const now = Date.now();
  const late = Date.parse(due) < now;
  return (
    <time className={styles.due} dateTime={due} title={moment(due)} data-late={late || undefined}>
      {t(late ? 'approvals.overdue' : 'approvals.due', { when: relative(due, now) })}
    </time>
  );
}
