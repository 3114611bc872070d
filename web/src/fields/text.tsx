import Input from 'antd/es/input';
import type { DisplayProps, FieldKind, InputProps } from './field';
import { textLiteral, textOperators } from './operators';

export function TextDisplay({ value }: DisplayProps) {
  return <>{value === null || value === undefined ? null : String(value)}</>;
}

export function TextInput({ field, id, value, onChange, onBlur, label, placeholder, invalid, ...rest }: InputProps) {
  return (
    <Input
      {...rest}
      id={id}
      value={value === null || value === undefined ? '' : String(value)}
      aria-label={label}
      aria-invalid={invalid || undefined}
      status={invalid ? 'error' : ''}
      placeholder={placeholder}
      maxLength={typeof field.max === 'number' ? field.max : undefined}
      onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
      onBlur={onBlur}
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
