import type { Json } from '../../definition/json';
import type { Field } from '../../definition/types';

type Tree = NonNullable<Field['choose_where']>;

const of = (field: string, t: Tree['t']): Tree => ({ op: 'path', t, root: 'row', steps: [['base.user', field]] });
const literal = (v: Json, t: Tree['t']): Tree => ({ op: 'literal', t, v });
const holds = (op: string, ...a: Tree[]): Tree => ({ op, t: 'boolean', a });

/** Whoever is active, but for these: the condition by which people are offered. */
export function offered(without: readonly string[]): Tree {
  const active = holds('==', of('active', 'boolean'), literal(true, 'boolean'));
  if (without.length === 0) return active;
  const ids = without.map((id) => literal(id, 'text'));
  return holds('&&', active, holds('!', holds('in', of('id', 'text'), ...ids)));
}
