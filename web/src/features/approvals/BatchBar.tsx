import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import type { Task } from '../../api/tasks';
import styles from './approvals.module.css';

interface Props {
  /** What can be marked. */
  tasks: readonly Task[];
  marked: ReadonlySet<string>;
  onMark: (marked: ReadonlySet<string>) => void;
  onAct: (act: 'approve' | 'reject') => void;
}

/** Marks all that wait for an approval, and offers to decide the marked ones together. */
export function BatchBar({ tasks, marked, onMark, onAct }: Props) {
  const { t } = useTranslation();
  const count = marked.size;
  const all = count === tasks.length;
  return (
    <div className={styles.batch} role="toolbar" aria-label={t('approvals.several')}>
      <label>
        <input
          type="checkbox"
          checked={all}
          ref={(box) => {
            if (box) box.indeterminate = count > 0 && !all;
          }}
          onChange={() => onMark(new Set(all ? [] : tasks.map(({ id }) => id)))}
        />
        <span aria-live="polite">{count === 0 ? t('approvals.markAll') : t('approvals.marked', { count })}</span>
      </label>
      {count > 0 && (
        <span className={styles.buttons}>
          <Button size="small" danger onClick={() => onAct('reject')}>
            {t('approvals.rejectMarked')}
          </Button>
          <Button size="small" type="primary" onClick={() => onAct('approve')}>
            {t('approvals.approveMarked')}
          </Button>
        </span>
      )}
    </div>
  );
}
