import type { Json } from '../definition/json';
import { fetched } from './fetched';
import type { DisplayProps, FieldKind } from './field';
import { presenceOperators, textLiteral } from './operators';

/** From the largest to the smallest. */
export const PARTS = ['country', 'province', 'city', 'district', 'street'] as const;

// The parts of countries are chosen step by step, which only forms need.
const AddressInput = fetched(() => import('./AddressInput'));

export type Parts = Partial<Record<(typeof PARTS)[number], string | null>>;

export const isMap = (value: Json): value is { [key: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** As it is written, without spaces where the words are Chinese. */
function inOneLine(value: Parts): string {
  const words = PARTS.flatMap((part) => value[part] ?? []);
  return words.join(words.some((word) => /\p{Script=Han}/u.test(word)) ? '' : ', ');
}

function Display({ value }: DisplayProps) {
  return <>{isMap(value) ? inOneLine(value as Parts) : null}</>;
}

export const address: FieldKind = {
  Display,
  Input: AddressInput,
  operators: presenceOperators,
  literal: textLiteral,
  width: 260,
  wide: true,
};
