import type { Group } from '../../api/records';
import type { Json } from '../../definition/json';
import type { Field, Option } from '../../definition/types';
import { keyOf, ordered } from './groups/groups';

/** A lane of a board: the cards that hold this value. */
export interface Lane {
  key: string;
  value: Json;
  /** Of choices only. */
  option?: Option;
}

/** The lanes of a board: all choices that may be made, or what its records hold; without a value only where some have none. */
export function lanesOf(field: Field, groups: readonly Group[], by: string): Lane[] {
  const held = ordered(groups, field, by).map((group) => group[by] ?? null);
  if (field.options === undefined) return held.map((value) => ({ key: keyOf(value), value }));
  const chosen = Object.entries(field.options).filter(([name, option]) => !option.retired || held.includes(name));
  const lanes: Lane[] = chosen.map(([name, option]) => ({ key: name, value: name, option }));
  return held.includes(null) ? [...lanes, { key: keyOf(null), value: null }] : lanes;
}

/** A lane's value as it is written: of what a reference leads to, its id. */
export function written(value: Json): Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value.id ?? null) : value;
}
