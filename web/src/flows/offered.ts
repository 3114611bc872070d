import type { Json } from '../definition/json';
import type { Field } from '../definition/types';

type Tree = NonNullable<Field['choose_where']>;

const of = (field: string, t: Tree['t']): Tree => ({ op: 'path', t, root: 'row', steps: [['base.user', field]] });
const literal = (v: Json, t: Tree['t']): Tree => ({ op: 'literal', t, v });
const holds = (op: string, ...a: Tree[]): Tree => ({ op, t: 'boolean', a });

const isOne = (ids: readonly string[]) => holds('in', of('id', 'text'), ...ids.map((id) => literal(id, 'text')));

/** Whoever is active, but for some, and among some where these are named: the condition by which people are offered. */
export function offered(without: readonly string[], among?: readonly string[] | null): Tree {
  const conditions = [
    holds('==', of('active', 'boolean'), literal(true, 'boolean')),
    ...(without.length === 0 ? [] : [holds('!', isOne(without))]),
    ...(among ? [isOne(among)] : []),
  ];
  return conditions.reduce((all, one) => holds('&&', all, one));
}
