import type { Json } from '../../definition/json';
import type { ObjectDefinition } from '../../definition/types';
import type { Operator } from '../../fields/field';
import { kindOf } from '../../fields/registry';

/** One comparison of a filter. */
export interface Condition {
  field: string;
  operator: Operator['name'];
  /** One value, several for `one_of`, nothing for `empty`. */
  value: Json;
}

/** The conditions as an expression; those that are not finished yet are left out. */
export function write(object: ObjectDefinition, conditions: readonly Condition[]): string {
  return conditions.flatMap((condition) => writeOne(object, condition) ?? []).join(' && ');
}

function writeOne(object: ObjectDefinition, { field, operator, value }: Condition): string | undefined {
  const described = object.fields[field];
  if (described === undefined) return undefined;
  const kind = kindOf(described);
  const found = kind.operators.find((one) => one.name === operator);
  if (found === undefined) return undefined;
  if (found.value === 'none') return found.write(field, '');
  const values = Array.isArray(value) ? value : [value];
  const given = values.filter((one) => one !== null && one !== '');
  if (given.length === 0) return undefined;
  return found.write(field, given.map(kind.literal).join(', '));
}

/** The conditions that an expression consists of, or `null` where it says more than conditions can. */
export function read(object: ObjectDefinition, text: string): Condition[] | null {
  if (text.trim() === '') return [];
  const parts = split(text);
  const read = parts.map((part) => readOne(object, part.trim()));
  return read.every((one) => one !== null) ? read : null;
}

/** A literal: a text between quotes, a number, a truth. */
const LITERAL = String.raw`("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false)`;
const NAME = String.raw`([a-z_][\w.]*)`;

const SHAPES: readonly [RegExp, (match: string[]) => [string, Operator['name'], string[]]][] = [
  [new RegExp(`^is_empty\\(${NAME}\\)$`), ([, field = '']) => [field, 'empty', []]],
  [new RegExp(`^!is_empty\\(${NAME}\\)$`), ([, field = '']) => [field, 'not_empty', []]],
  [new RegExp(`^contains\\(${NAME}, ${LITERAL}\\)$`), ([, field = '', value = '']) => [field, 'contains', [value]]],
  [
    new RegExp(`^starts_with\\(${NAME}, ${LITERAL}\\)$`),
    ([, field = '', value = '']) => [field, 'starts_with', [value]],
  ],
  [new RegExp(`^${LITERAL} in ${NAME}$`), ([, value = '', field = '']) => [field, 'contains', [value]]],
  [
    new RegExp(`^${NAME} in \\[(${LITERAL}(?:, ${LITERAL})*)\\]$`),
    ([, field = '', list = '']) => [field, 'one_of', list.match(new RegExp(LITERAL, 'g')) ?? []],
  ],
  [
    new RegExp(`^${NAME} (==|!=|>=|<=|>|<) ${LITERAL}$`),
    ([, field = '', sign = '', value = '']) => [field, SIGNS[sign] ?? 'is', [value]],
  ],
];

const SIGNS: Record<string, Operator['name']> = {
  '==': 'is',
  '!=': 'is_not',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
};

function readOne(object: ObjectDefinition, text: string): Condition | null {
  for (const [shape, take] of SHAPES) {
    const match = shape.exec(text);
    if (match === null) continue;
    const [field, operator, literals] = take(match);
    const described = object.fields[field];
    const known = described && kindOf(described).operators.find((one) => one.name === operator);
    if (known === undefined) return null;
    const values = literals.map((literal) => JSON.parse(literal) as Json);
    return { field, operator, value: known.value === 'many' ? values : (values[0] ?? null) };
  }
  return null;
}

/** Parts between `&&` that stand in no text, list or bracket. */
function split(text: string): string[] {
  const parts: string[] = [];
  let [begin, depth, quoted] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted && sign === '\\') at += 1;
    else if (sign === '"') quoted = !quoted;
    else if (!quoted && (sign === '(' || sign === '[')) depth += 1;
    else if (!quoted && (sign === ')' || sign === ']')) depth -= 1;
    else if (!quoted && depth === 0 && text.startsWith('&&', at)) {
      parts.push(text.slice(begin, at));
      begin = at + 2;
    }
  }
  return [...parts, text.slice(begin)];
}
