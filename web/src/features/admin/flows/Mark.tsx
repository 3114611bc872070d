import styles from './flows.module.css';

interface Props {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** Marks one of a list, or all. */
export function Mark({ label, checked, onChange }: Props) {
  return (
    <label className={styles.mark}>
      <input
        type="checkbox"
        aria-label={label}
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
    </label>
  );
}
