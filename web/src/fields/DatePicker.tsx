import KitPicker from 'antd/es/date-picker';
import dayjs from 'dayjs';
import type { InputProps } from './field';

/** A day, or a day and a time of it; a time is sent as the moment it is in the reader's time zone. */
export default function DatePicker({
  id,
  value,
  onChange,
  onBlur,
  label,
  placeholder,
  invalid,
  disabled,
  autoFocus,
  form,
}: InputProps & { form: string }) {
  const withTime = form.includes('HH');
  return (
    <KitPicker
      id={id}
      value={typeof value === 'string' ? dayjs(value) : null}
      format={form}
      showTime={withTime ? { format: 'HH:mm' } : false}
      aria-label={label}
      status={invalid ? 'error' : ''}
      aria-invalid={invalid || undefined}
      {...(placeholder === undefined ? {} : { placeholder })}
      disabled={disabled ?? false}
      autoFocus={autoFocus ?? false}
      style={{ width: '100%' }}
      onChange={(day) => {
        const next = Array.isArray(day) ? day[0] : day;
        onChange(next ? (withTime ? next.toISOString() : next.format(form)) : null);
      }}
      {...(onBlur ? { onBlur } : {})}
    />
  );
}
