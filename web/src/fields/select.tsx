import Select from 'antd/es/select';
import type { Field, Option } from '../definition/types';
import type { DisplayProps, FieldKind, InputProps } from './field';
import styles from './fields.module.css';
import { choiceOperators, textLiteral } from './operators';

/** The tones of the style sheet by the colours that definitions may name. */
const TONES: Record<string, string> = {
  grey: 'grey',
  gray: 'grey',
  blue: 'blue',
  geekblue: 'blue',
  cyan: 'cyan',
  purple: 'violet',
  violet: 'violet',
  gold: 'gold',
  orange: 'gold',
  yellow: 'gold',
  amber: 'gold',
  green: 'green',
  lime: 'green',
  teal: 'cyan',
  red: 'red',
  volcano: 'red',
  magenta: 'magenta',
  pink: 'magenta',
};

/** A choice with its colour: a dot, its text and a soft ground, so that nothing hangs on the colour alone. */
export function Chip({ option, value }: { option: Option | undefined; value: string }) {
  const tone = TONES[option?.color ?? ''];
  return (
    <span className={tone === undefined ? undefined : styles.chip} data-tone={tone}>
      {option?.label ?? value}
    </span>
  );
}

function Display({ field, value }: DisplayProps) {
  return typeof value === 'string' ? <Chip option={field.options?.[value]} value={value} /> : null;
}

/** What may be chosen: what is retired only where it was chosen before. */
export function choices(field: Field, chosen: readonly unknown[]) {
  return Object.entries(field.options ?? {})
    .filter(([name, option]) => (!option.retired && !option.hidden) || chosen.includes(name))
    .map(([name, option]) => ({ value: name, text: option.label, label: <Chip option={option} value={name} /> }));
}

function Input({ field, id, value, onChange, onBlur, label, placeholder, invalid, disabled, autoFocus }: InputProps) {
  const options = choices(field, [value]);
  return (
    <Select
      id={id}
      value={typeof value === 'string' ? value : undefined}
      options={options}
      aria-label={label}
      status={invalid ? 'error' : ''}
      placeholder={placeholder}
      disabled={disabled}
      autoFocus={autoFocus}
      defaultOpen={autoFocus}
      allowClear={!field.required}
      showSearch={options.length > 8 ? { optionFilterProp: 'text' } : false}
      style={{ width: '100%' }}
      onChange={(next) => onChange(next ?? null)}
      onBlur={onBlur}
    />
  );
}

export const select: FieldKind = { Display, Input, operators: choiceOperators, literal: textLiteral, width: 120 };
