import { useTranslation } from 'react-i18next';
import { moment } from '../fields/date';
import { relative } from '../texts/moment';
import styles from './flows.module.css';

interface Props {
  of: { due_at: string | null; state: string };
}

/** Until when an open task, or a flow that runs, should be done; one that is late stands out. Nothing where it has no time. */
export function Due({ of: { due_at: due, state } }: Props) {
  const { t } = useTranslation();
  if (due === null || (state !== 'open' && state !== 'running')) return null;
  const now = Date.now();
  const late = Date.parse(due) < now;
  return (
    <time className={styles.due} dateTime={due} title={moment(due)} data-late={late || undefined}>
      {t(late ? 'approvals.overdue' : 'approvals.due', { when: relative(due, now) })}
    </time>
  );
}
