import type { Json } from '../definition/json';
import type { Operator } from './field';

const compare = (name: Operator['name'], sign: string): Operator => ({
  name,
  write: (field, value) => `${field} ${sign} ${value}`,
  value: 'one',
});

const is = compare('is', '==');
const isNot = compare('is_not', '!=');
const empty: Operator = { name: 'empty', write: (field) => `is_empty(${field})`, value: 'none' };
const notEmpty: Operator = { name: 'not_empty', write: (field) => `!is_empty(${field})`, value: 'none' };
const oneOf: Operator = { name: 'one_of', write: (field, value) => `${field} in [${value}]`, value: 'many' };
const contains: Operator = { name: 'contains', write: (field, value) => `contains(${field}, ${value})`, value: 'one' };
const startsWith: Operator = {
  name: 'starts_with',
  write: (field, value) => `starts_with(${field}, ${value})`,
  value: 'one',
};

export const textOperators = [contains, is, isNot, startsWith, empty, notEmpty] as const;
export const numberOperators = [
  is,
  isNot,
  compare('gt', '>'),
  compare('gte', '>='),
  compare('lt', '<'),
  compare('lte', '<='),
  empty,
  notEmpty,
] as const;
export const choiceOperators = [oneOf, is, isNot, empty, notEmpty] as const;
export const truthOperators = [is] as const;
export const presenceOperators = [empty, notEmpty] as const;

/** A text between quotes. */
export function textLiteral(value: Json): string {
  return JSON.stringify(String(value ?? ''));
}

/** A number as it stands. */
export function numberLiteral(value: Json): string {
  return String(value ?? 0);
}

/** The id of what a reference leads to. */
export function referenceLiteral(value: Json): string {
  const id = value !== null && typeof value === 'object' && !Array.isArray(value) ? value.id : value;
  return textLiteral(id ?? null);
}
