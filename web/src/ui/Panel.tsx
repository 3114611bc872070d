import { type ReactNode, useId } from 'react';
import styles from './Panel.module.css';

interface Props {
  title: string;
  help?: string | undefined;
  /** What one can do with the whole of it. */
  actions?: ReactNode;
  children: ReactNode;
}

/** One subject of a page, under its heading. */
export function Panel({ title, help, actions, children }: Props) {
  const id = useId();
  return (
    <section className={styles.panel} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id}>{title}</h2>
        {actions}
      </div>
      {help && <p className={styles.help}>{help}</p>}
      {children}
    </section>
  );
}

/** Panels below one another, in line with the forms. */
export function Panels({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  return (
    <div className={styles.scroll}>
      <div className={styles.panels} data-wide={wide || undefined}>
        {children}
      </div>
    </div>
  );
}
