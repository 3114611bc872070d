import { TextArea } from '../ui/TextArea';
import type { DisplayProps, FieldKind, InputProps } from './field';
import styles from './fields.module.css';
import { text } from './text';

function Display({ value }: DisplayProps) {
  return <span className={styles.lines}>{value === null ? null : String(value)}</span>;
}

function LongTextInput({
  id,
  value,
  onChange,
  onBlur,
  label,
  placeholder,
  invalid,
  describedBy,
  disabled,
}: InputProps) {
  return (
    <TextArea
      id={id}
      rows={3}
      value={value === null || value === undefined ? '' : String(value)}
      aria-label={label}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      placeholder={placeholder}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
      onBlur={onBlur}
    />
  );
}

export const longText: FieldKind = { ...text, Display, Input: LongTextInput, wide: true, width: 260 };
