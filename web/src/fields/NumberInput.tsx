import KitNumber from 'antd/es/input-number';
import type { InputProps } from './field';

/** A number in groups of three digits, kept as the text it is. */
export default function NumberInput({
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
    <KitNumber<string>
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
