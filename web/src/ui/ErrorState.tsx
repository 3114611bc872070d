import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { CloudOff, TriangleAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, Unreachable } from '../definition/problem';
import { useReached } from './connection';
import styles from './states.module.css';

/**
 * What happened, what to do about it, by which number others find it, and another try; where only the connection was
 * missing it is tried again as soon as there is one.
 */
export function ErrorState({ error, reset }: { error: unknown; reset?: () => void }) {
  const { t } = useTranslation();
  const boundary = useQueryErrorResetBoundary();
  const reached = useReached();
  // A part of the application itself may not have come either.
  const away = error instanceof Unreachable || (!reached && !(error instanceof Problem));
  const problem = error instanceof Problem ? error.body : undefined;
  const Icon = away ? CloudOff : TriangleAlert;
  const title = problem?.title ?? t(away ? 'error.away' : 'error.unexpected');
  const detail = problem?.detail ?? t(away ? 'error.awayCure' : 'error.unexpectedCure');
  const again = () => {
    boundary.reset();
    reset?.();
  };
  const lost = useRef(!reached);
  useEffect(() => {
    if (!reached) lost.current = true;
    else if (lost.current) {
      lost.current = false;
      again();
    }
  }, [reached]);
  return (
    <div className={styles.state} role="alert">
      <Icon size={36} strokeWidth={1.3} aria-hidden />
      <strong>{title}</strong>
      {detail !== title && <p>{detail}</p>}
      {problem?.hint && <p>{problem.hint}</p>}
      {problem?.trace_id && <span className={styles.request}>{problem.trace_id}</span>}
      {reset && (
        <button className={styles.retry} onClick={again}>
          {t('error.retry')}
        </button>
      )}
    </div>
  );
}
