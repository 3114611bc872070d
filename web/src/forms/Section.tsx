import { ChevronDown, ChevronRight } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import styles from './forms.module.css';

interface Props {
  label: string | undefined;
  help?: string | undefined;
  columns: number;
  collapsed?: boolean;
  children: ReactNode;
}

/** Fields under a heading, side by side. */
export function Section({ label, help, columns, collapsed = false, children }: Props) {
  const id = useId();
  const [closed, setClosed] = useState(collapsed);
  const Arrow = closed ? ChevronRight : ChevronDown;
  return (
    <section className={styles.section} aria-labelledby={label === undefined ? undefined : id}>
      {label !== undefined && (
        <h2 id={id}>
          {collapsed ? (
            <button className={styles.fold} aria-expanded={!closed} onClick={() => setClosed(!closed)} type="button">
              <Arrow size={15} aria-hidden />
              {label}
            </button>
          ) : (
            label
          )}
        </h2>
      )}
      {!closed && (
        <>
          {help && <p className={styles.help}>{help}</p>}
          <div className={styles.fields} data-columns={columns}>
            {children}
          </div>
        </>
      )}
    </section>
  );
}
