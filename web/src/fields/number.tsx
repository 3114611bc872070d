import InputNumber from 'antd/es/input-number';
import { language } from '../texts';
import type { DisplayProps, FieldKind, InputProps } from './field';
import { numberLiteral, numberOperators } from './operators';

/** An exact number in groups of three digits; it is never made a floating one. */
export function grouped(value: string): string {
  const [whole = '', fraction] = value.split('.');
  const negative = whole.startsWith('-');
  const digits = BigInt(whole.replace('-', '') || '0').toLocaleString(language());
  return `${negative ? '-' : ''}${digits}${fraction === undefined ? '' : `.${fraction}`}`;
}

function Display({ value }: DisplayProps) {
  if (value === null || value === undefined) return null;
  return <span className="number">{grouped(String(value))}</span>;
}

export function NumberInput({
  field,
  id,
  value,
  onChange,
  onBlur,
  label,
  placeholder,
  invalid,
  disabled,
  autoFocus,
  prefix,
  suffix,
}: InputProps & { prefix?: string; suffix?: string }) {
  const whole = field.type === 'integer';
  return (
    <InputNumber<string>
      id={id}
      stringMode
      value={value === null || value === undefined ? null : String(value)}
      aria-label={label}
      aria-invalid={invalid || undefined}
      status={invalid ? 'error' : ''}
      placeholder={placeholder}
      disabled={disabled}
      autoFocus={autoFocus}
      precision={whole ? 0 : field.scale}
      controls={false}
      prefix={prefix}
      suffix={suffix}
      style={{ width: '100%' }}
      formatter={(shown) => (shown === undefined || shown === '' ? '' : groupedWhileTyped(String(shown)))}
      parser={(typed) => (typed ?? '').replace(/[,，\s]/g, '')}
      onChange={(next) => onChange(next === null || next === '' ? null : whole ? Number(next) : String(next))}
      onBlur={onBlur}
    />
  );
}

/** As it is typed: `12.` and `-` are not yet numbers and stay as they are. */
function groupedWhileTyped(value: string): string {
  return /^-?\d+(\.\d*)?$/.test(value) ? value.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',') : value;
}

export const number: FieldKind = {
  Display,
  Input: NumberInput,
  operators: numberOperators,
  literal: numberLiteral,
  width: 110,
  align: 'end',
};
