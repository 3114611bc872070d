import { type ReactNode, useId } from 'react';
import forms from '../../forms/forms.module.css';
import styles from './approvals.module.css';

export interface Choice<K extends string> {
  key: K;
  label: ReactNode;
  /** What it leads to, in one line. */
  help?: string;
}

interface Props<K extends string> {
  label: string;
  choices: readonly Choice<K>[];
  value: K | undefined;
  onChange: (value: K) => void;
}

/** One of a few, each with what it means. */
export function Choices<K extends string>({ label, choices, value, onChange }: Props<K>) {
  const name = useId();
  return (
    <fieldset className={styles.choices}>
      <legend className={forms.label}>{label}</legend>
      {choices.map((one) => (
        <label key={one.key} className={styles.choice}>
          <input type="radio" name={name} checked={value === one.key} onChange={() => onChange(one.key)} />
          <span>
            {one.label}
            {one.help && <small>{one.help}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
