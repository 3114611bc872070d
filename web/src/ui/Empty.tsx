import { Inbox } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './states.module.css';

/** Nothing is here: why, and the one thing to do about it. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.state}>
      <Inbox size={36} strokeWidth={1.3} aria-hidden />
      <strong>{title}</strong>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}
