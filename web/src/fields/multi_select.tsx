import Select from 'antd/es/select';
import type { DisplayProps, FieldKind, InputProps } from './field';
import styles from './fields.module.css';
import { inputProps } from './kit';
import { presenceOperators, textLiteral } from './operators';
import { Chip, useChoices } from './select';

const holds = {
  name: 'contains',
  write: (field: string, value: string) => `${value} in ${field}`,
  value: 'one',
} as const;

const names = (value: unknown) => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);

function Display({ field, value }: DisplayProps) {
  return (
    <span className={styles.chips}>
      {names(value).map((name) => (
        <Chip key={name} option={field.options?.[name]} value={name} />
      ))}
    </span>
  );
}

function Input(props: InputProps) {
  const { value, onChange } = props;
  const offer = useChoices(props, names(value));
  return (
    <Select
      {...inputProps(props)}
      mode="multiple"
      value={names(value)}
      {...offer}
      showSearch={{ optionFilterProp: 'text' }}
      style={{ width: '100%' }}
      onChange={(next) => onChange(next.length === 0 ? null : next)}
    />
  );
}

export const multiSelect: FieldKind = {
  Display,
  Input,
  operators: [holds, ...presenceOperators],
  literal: textLiteral,
  width: 200,
};
