import styles from './admin.module.css';

/** What went wrong. */
export function Wrong({ children }: { children: string }) {
  return (
    <p className={styles.wrong} role="alert">
      {children}
    </p>
  );
}
