import KitPicker from 'antd/es/date-picker';
import dayjs from 'dayjs';
import type { InputProps } from './field';
import { inputProps } from './kit';

/** A day, or a day and a time of it; a time is sent as the moment it is in the reader's time zone. */
export default function DatePicker(props: InputProps & { form: string }) {
  const { value, onChange, form } = props;
  const withTime = form.includes('HH');
  return (
    <KitPicker
      {...inputProps(props)}
      value={typeof value === 'string' ? dayjs(value) : null}
      format={form}
      showTime={withTime ? { format: 'HH:mm' } : false}
      style={{ width: '100%' }}
      onChange={(day) => {
        const next = Array.isArray(day) ? day[0] : day;
        onChange(next ? (withTime ? next.toISOString() : next.format(form)) : null);
      }}
    />
  );
}
