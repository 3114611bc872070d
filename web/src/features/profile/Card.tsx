import { CircleAlert } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import styles from './profile.module.css';

/** One thing that can be settled. */
export function Card({ title, help, children }: { title: string; help?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles.card} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {help && <p className={styles.help}>{help}</p>}
      {children}
    </section>
  );
}

interface EntryProps {
  label: string;
  type?: 'text' | 'password' | 'number';
  autoComplete?: string;
  value: string;
  onChange: (value: string) => void;
}

/** A label with its input. */
export function Entry({ label, type = 'text', autoComplete = 'off', value, onChange }: EntryProps) {
  const id = useId();
  return (
    <div className={styles.entry}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        min={type === 'number' ? 1 : undefined}
        autoComplete={autoComplete}
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

/** What the server refused. */
export function Wrong({ error }: { error: Error | null }) {
  return error === null ? null : (
    <p className={styles.wrong} role="alert">
      <CircleAlert size={15} aria-hidden />
      {error.message}
    </p>
  );
}
