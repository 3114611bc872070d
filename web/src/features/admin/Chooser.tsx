import { useId } from 'react';
import type { Referred } from '../../definition/reference';
import { referred } from '../../definition/reference';
import type { Json } from '../../definition/json';
import { chooser } from '../../fields/chooser';
import { kindOf } from '../../fields/registry';
import styles from './admin.module.css';

interface Props {
  label: string;
  /** The object whose records are offered. */
  object: string;
  value: Referred | null;
  onChange: (value: Referred | null) => void;
}

/** A record that is looked for by its words, outside of any form. */
export function Chooser({ label, object, value, onChange }: Props) {
  const id = useId();
  const field = chooser(object, label);
  const { Input } = kindOf(field);
  return (
    <div className={styles.entry}>
      <label htmlFor={id}>{label}</label>
      <Input
        id={id}
        field={field}
        label={label}
        value={value as unknown as Json}
        onChange={(next) => onChange(referred(next))}
      />
    </div>
  );
}
