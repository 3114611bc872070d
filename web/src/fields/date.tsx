import { fetched } from './fetched';
import styles from './fields.module.css';
import type { DisplayProps, FieldKind, InputProps } from './field';
import { numberOperators, textLiteral } from './operators';

const Picker = fetched<InputProps & { form: string }>(() => import('./DatePicker'));

/** A day as it is written everywhere in the product: `2026-11-22`. */
function Display({ value }: DisplayProps) {
  return typeof value === 'string' ? <span className="number">{value}</span> : null;
}

function DateInput(props: InputProps) {
  return <Picker {...props} form="YYYY-MM-DD" />;
}

/** A moment in the reader's own time zone, to the minute. */
export function moment(value: string): string {
  const at = new Date(value);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function MomentDisplay({ value }: DisplayProps) {
  return typeof value === 'string' ? (
    <time className="number" dateTime={value}>
      {moment(value)}
    </time>
  ) : null;
}

function MomentInput(props: InputProps) {
  return <Picker {...props} form="YYYY-MM-DD HH:mm" />;
}

function TimeDisplay({ value }: DisplayProps) {
  return typeof value === 'string' ? <span className="number">{value.slice(0, 5)}</span> : null;
}

function TimeInput({ id, value, onChange, onBlur, label, disabled, invalid, describedBy }: InputProps) {
  return (
    <input
      type="time"
      id={id}
      className={styles.time}
      value={typeof value === 'string' ? value.slice(0, 5) : ''}
      aria-label={label}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
      onBlur={onBlur}
    />
  );
}

const ordered = { operators: numberOperators, literal: textLiteral };

export const date: FieldKind = { ...ordered, Display, Input: DateInput, width: 120 };
export const datetime: FieldKind = { ...ordered, Display: MomentDisplay, Input: MomentInput, width: 160 };
export const time: FieldKind = { ...ordered, Display: TimeDisplay, Input: TimeInput, width: 90 };
