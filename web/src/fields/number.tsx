import { language } from '../texts';
import { fetched } from './fetched';
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

export const NumberInput = fetched<InputProps & { prefix?: string; suffix?: string }>(() => import('./NumberInput'));

export const number: FieldKind = {
  Display,
  Input: NumberInput,
  operators: numberOperators,
  literal: numberLiteral,
  width: 110,
  align: 'end',
};
