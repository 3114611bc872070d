import { History } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Task } from '../../api/tasks';
import type { ObjectDefinition } from '../../definition/types';
import { ChangeLine } from '../../forms/ChangeLine';
import styles from './approvals.module.css';

/** What others changed of the record since the holder of a task saw it; nothing where nobody did. */
export function Changed({ task, object }: { task: Task | undefined; object: ObjectDefinition }) {
  const { t } = useTranslation();
  const shown = (task?.changed ?? []).flatMap((change) => {
    const field = object.fields[change.field];
    return field ? [{ change, field }] : [];
  });
  if (shown.length === 0) return null;
  return (
    <section className={styles.changed} aria-label={t('approvals.changed')}>
      <h2>
        <History size={15} aria-hidden /> {t('approvals.changed')}
      </h2>
      {shown.map(({ change, field }) => (
        <ChangeLine key={change.field} field={field} change={change}>
          {change.by?.title && <small className={styles.about}> · {change.by.title}</small>}
        </ChangeLine>
      ))}
    </section>
  );
}
