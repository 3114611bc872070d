import { lazy, Suspense } from 'react';
import { language } from '../texts';
import type { DisplayProps, FieldKind, InputProps } from './field';
import { numberOperators, textLiteral } from './operators';

// The calendar is large, and no list needs it.
const Picker = lazy(() => import('./DatePicker'));

/** A day as it is written everywhere in the product: `2026-11-22`. */
function Display({ value }: DisplayProps) {
  return typeof value === 'string' ? <span className="number">{value}</span> : null;
}

function DateInput(props: InputProps) {
  return (
    <Suspense fallback={<div style={{ height: 'var(--touch)' }} />}>
      <Picker {...props} form="YYYY-MM-DD" />
    </Suspense>
  );
}

/** A moment in the reader's own time zone, to the minute. */
export function moment(value: string): string {
  const at = new Date(value);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** How long ago or how soon, in words: `3 minutes ago`. */
export function relative(value: string, now: number): string {
  const seconds = (Date.parse(value) - now) / 1000;
  const words = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' });
  const steps = [
    ['year', 31_557_600],
    ['month', 2_629_800],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return words.format(0, 'second');
}

function MomentDisplay({ value }: DisplayProps) {
  return typeof value === 'string' ? (
    <time className="number" dateTime={value}>
      {moment(value)}
    </time>
  ) : null;
}

function MomentInput(props: InputProps) {
  return (
    <Suspense fallback={<div style={{ height: 'var(--touch)' }} />}>
      <Picker {...props} form="YYYY-MM-DD HH:mm" />
    </Suspense>
  );
}

function TimeDisplay({ value }: DisplayProps) {
  return typeof value === 'string' ? <span className="number">{value.slice(0, 5)}</span> : null;
}

function TimeInput({ id, value, onChange, onBlur, label, disabled, invalid }: InputProps) {
  return (
    <input
      type="time"
      id={id}
      className="ant-input"
      value={typeof value === 'string' ? value.slice(0, 5) : ''}
      aria-label={label}
      aria-invalid={invalid || undefined}
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
