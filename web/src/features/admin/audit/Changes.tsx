import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../../../api/audit';
import type { Json } from '../../../definition/json';
import styles from '../admin.module.css';

/** What was before and after, and what else is told of it. */
export function Changes({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const more = Object.keys(entry.detail).length > 0;
  if (entry.changes.length === 0 && !more) return <>—</>;
  return (
    <details className={styles.details}>
      <summary>
        {entry.changes.length > 0 ? t('admin.audit.changes', { count: entry.changes.length }) : t('admin.audit.show')}
      </summary>
      {entry.changes.length > 0 && (
        <ul className={styles.lines}>
          {entry.changes.map((change, at) => (
            <li key={at}>
              {change.field}: {shown(change.old)} → {shown(change.new)}
            </li>
          ))}
        </ul>
      )}
      {more && <pre className={styles.raw}>{JSON.stringify(entry.detail, null, 2)}</pre>}
      {entry.request && <p className={styles.quiet}>{entry.request}</p>}
    </details>
  );
}

function shown(value: Json): string {
  if (value === null) return '—';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
