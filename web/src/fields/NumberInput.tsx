import KitNumber from 'antd/es/input-number';
import type { InputProps } from './field';
import { inputProps } from './kit';

/** A number in groups of three digits, kept as the text it is. */
export default function NumberInput(props: InputProps & { prefix?: string; suffix?: string }) {
  const { field, value, onChange, prefix, suffix } = props;
  const whole = field.type === 'integer';
  return (
    <KitNumber<string>
      {...inputProps(props)}
      stringMode
      value={value === null || value === undefined ? null : String(value)}
      precision={whole ? 0 : field.scale}
      controls={false}
      prefix={prefix}
      suffix={suffix}
      style={{ width: '100%' }}
      formatter={(shown) => (shown === undefined || shown === '' ? '' : groupedWhileTyped(String(shown)))}
      parser={(typed) => (typed ?? '').replace(/[,，\s]/g, '')}
      onChange={(next) => onChange(next === null || next === '' ? null : whole ? Number(next) : String(next))}
    />
  );
}

/** As it is typed: `12.` and `-` are not yet numbers and stay as they are. */
function groupedWhileTyped(value: string): string {
  return /^-?\d+(\.\d*)?$/.test(value) ? value.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',') : value;
}
