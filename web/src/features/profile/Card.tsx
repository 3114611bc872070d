import Button from 'antd/es/button';
import { CircleAlert } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
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

interface PasswordProps {
  /** The one in force, unless it is to be another. */
  next?: boolean;
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** A password, for which the browser offers what it knows. */
export function PasswordEntry({ next = false, ...entry }: PasswordProps) {
  return <Entry {...entry} type="password" autoComplete={next ? 'new-password' : 'current-password'} />;
}

interface FormProps {
  /** What the button says. */
  label: string;
  kind?: 'primary' | 'default' | 'danger';
  busy: boolean;
  error: Error | null;
  onSubmit: () => void;
  children: ReactNode;
}

/** Entries with the button that sends them, and what the server refused. */
export function Form({ label, kind = 'default', busy, error, onSubmit, children }: FormProps) {
  return (
    <>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        <Button
          htmlType="submit"
          type={kind === 'primary' ? 'primary' : 'default'}
          danger={kind === 'danger'}
          loading={busy}
        >
          {label}
        </Button>
      </form>
      <Wrong error={error} />
    </>
  );
}

interface EndProps {
  /** Of the whole list: one thing is ended at a time. */
  ending: { isPending: boolean; variables: string | null | undefined; mutate: (id: string) => void };
  id: string;
}

/** Ends one of a list. */
export function End({ ending: { isPending, variables, mutate }, id }: EndProps) {
  const { t } = useTranslation();
  const own = variables === id;
  return (
    <Button loading={isPending && own} disabled={isPending && !own} onClick={() => mutate(id)}>
      {t('profile.end')}
    </Button>
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
