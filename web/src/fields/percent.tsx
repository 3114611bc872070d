import type { DisplayProps, FieldKind, InputProps } from './field';
import { number, NumberInput } from './number';

function Display({ value }: DisplayProps) {
  if (value === null || value === undefined) return null;
  return <span className="number">{String(value)}%</span>;
}

function Input(props: InputProps) {
  return <NumberInput {...props} suffix="%" />;
}

export const percent: FieldKind = { ...number, Display, Input, width: 90 };
