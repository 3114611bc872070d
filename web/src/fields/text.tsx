import Input from 'antd/es/input';
import type { DisplayProps, FieldKind, InputProps } from './field';
import { inputProps } from './kit';
import { textLiteral, textOperators } from './operators';

function TextDisplay({ value }: DisplayProps) {
  return <>{value === null || value === undefined ? null : String(value)}</>;
}

export function TextInput(props: InputProps) {
  const { field, value, onChange } = props;
  return (
    <Input
      {...inputProps(props)}
      value={value === null || value === undefined ? '' : String(value)}
      maxLength={typeof field.max === 'number' ? field.max : undefined}
      onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
    />
  );
}

export const text: FieldKind = {
  Display: TextDisplay,
  Input: TextInput,
  operators: textOperators,
  literal: textLiteral,
  width: 180,
};
