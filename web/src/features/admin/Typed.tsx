import { useId } from 'react';
import { useTyped } from '../../ui/useTyped';
import styles from './admin.module.css';

interface Props {
  label: string;
  type: 'search' | 'date';
  value: string;
  onChange: (value: string) => void;
}

/** What is typed stands here at once, and in the address when somebody stops. */
export function Typed({ label, type, value, onChange }: Props) {
  const id = useId();
  const [typed, setTyped] = useTyped(value, onChange);
  return (
    <div className={styles.entry}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        // A year of five digits is no day that can be asked for.
        max={type === 'date' ? '9999-12-31' : undefined}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </div>
  );
}
