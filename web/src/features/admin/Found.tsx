import type { ReactNode } from 'react';
import { failureOf } from '../../definition/problem';
import { Bar } from '../../ui/Skeleton';
import styles from './admin.module.css';
import { Wrong } from './Wrong';

interface Props<R> {
  /** Nothing until they are there. */
  rows: readonly R[] | undefined;
  error: Error | null;
  /** Says that there is none. */
  nothing: string;
  children: (rows: readonly R[]) => ReactNode;
}

/** What was asked for, inside a panel; that there is none is said only when it is known. */
export function Found<R>({ rows, error, nothing, children }: Props<R>) {
  const failure = failureOf({ error, data: rows });
  if (failure) return <Wrong>{failure.message}</Wrong>;
  if (rows === undefined) {
    return (
      <div aria-busy="true">
        <Bar width="40%" />
      </div>
    );
  }
  return rows.length === 0 ? <p className={styles.quiet}>{nothing}</p> : children(rows);
}
