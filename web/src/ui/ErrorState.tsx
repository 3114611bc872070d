import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { CloudOff, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Problem, Unreachable } from '../definition/problem';
import styles from './states.module.css';

/** What happened, what to do about it, by which number others find it, and another try. */
export function ErrorState({ error, reset }: { error: unknown; reset?: () => void }) {
  const { t } = useTranslation();
  const boundary = useQueryErrorResetBoundary();
  const away = error instanceof Unreachable;
  const problem = error instanceof Problem ? error.body : undefined;
  const Icon = away ? CloudOff : TriangleAlert;
  const title = problem?.title ?? t(away ? 'error.away' : 'error.unexpected');
  const detail = problem?.detail ?? t(away ? 'error.awayCure' : 'error.unexpectedCure');
  return (
    <div className={styles.state} role="alert">
      <Icon size={36} strokeWidth={1.3} aria-hidden />
      <strong>{title}</strong>
      {detail !== title && <p>{detail}</p>}
      {problem?.hint && <p>{problem.hint}</p>}
      {problem?.trace_id && <span className={styles.request}>{problem.trace_id}</span>}
      {reset && (
        <button
          className={styles.retry}
          onClick={() => {
            boundary.reset();
            reset();
          }}
        >
          {t('error.retry')}
        </button>
      )}
    </div>
  );
}
