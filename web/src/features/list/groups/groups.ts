import type { Group } from '../../../api/records';
import type { Json } from '../../../definition/json';
import { referred } from '../../../definition/reference';
import type { Field, ObjectDefinition } from '../../../definition/types';

/** What records can be grouped by: what few values say of many. */
const KINDS = ['select', 'reference', 'user', 'department', 'boolean'];

/** The fields that make groups, by name. */
export function groupable(object: ObjectDefinition): [string, Field][] {
  return Object.entries(object.fields).filter(
    ([name, field]) =>
      KINDS.includes(field.type) && field.to !== 'any' && !field.hidden && (!field.system || name === 'owner'),
  );
}

/** What numbers of the columns are summed up, by path. */
export function summed(columns: readonly { path: string; field: Field }[]): string[] {
  const numbers = columns.filter(
    ({ path, field }) => ['integer', 'decimal', 'money'].includes(field.type) && !path.includes('.'),
  );
  return numbers.map(({ path }) => path);
}

/** The condition that holds for the records of a group; `literal` writes a value of its field. */
export function conditionOf(by: string, value: Json, literal: (value: Json) => string): string {
  return value === null ? `is_empty(${by})` : `${by} == ${literal(value)}`;
}

/** What a group is told apart by. */
export function keyOf(value: Json): string {
  return referred(value)?.id ?? String(value);
}

/** Groups in the order of the options, or of their titles; what has no value comes last. */
export function ordered(groups: readonly Group[], field: Field, by: string): Group[] {
  const options = Object.keys(field.options ?? {});
  const rank = (value: Json) => (value === null ? Number.MAX_SAFE_INTEGER : options.indexOf(String(value)));
  const title = (value: Json) => referred(value)?.title ?? String(value);
  return [...groups].sort((a, b) => {
    const [one, other] = [a[by] ?? null, b[by] ?? null];
    return rank(one) - rank(other) || title(one).localeCompare(title(other));
  });
}
