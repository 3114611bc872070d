import { language } from '../texts';
import type { DisplayProps, FieldKind, InputProps } from './field';
import { grouped, number, NumberInput } from './number';

/** The sign of a currency as the reader writes it. */
function sign(currency: string): string {
  const parts = new Intl.NumberFormat(language(), { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
  return parts.formatToParts(0).find((part) => part.type === 'currency')?.value ?? currency;
}

/** An amount with the sign of its currency. */
function amount(value: string, currency: string | undefined): string {
  return `${currency === undefined ? '' : sign(currency)}${grouped(value)}`;
}

function currencyOf({ field, row }: Pick<DisplayProps, 'field' | 'row'>): string | undefined {
  const own = row?.currency;
  return typeof own === 'string' ? own : field.currency;
}

function Display(props: DisplayProps) {
  if (props.value === null || props.value === undefined) return null;
  return <span className="number">{amount(String(props.value), currencyOf(props))}</span>;
}

function Input(props: InputProps) {
  const currency = currencyOf(props);
  return <NumberInput {...props} {...(currency === undefined ? {} : { prefix: sign(currency) })} />;
}

export const money: FieldKind = { ...number, Display, Input, width: 130 };
