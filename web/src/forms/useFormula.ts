import { useMemo } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import type { Json } from '../definition/json';
import { useSession } from '../api/session';
import { atScale } from '../definition/expression/decimal';
import { fieldsRead } from '../definition/expression/dependencies';
import { evaluate, type Outcome } from '../definition/expression/evaluate';
import type { Tree } from '../definition/expression/tree';
import { clockAt } from '../definition/expression/zone';
import type { Field } from '../definition/types';

/** The places a computed number is kept with. */
function places(field: Field): number | undefined {
  if (field.type === 'money') return field.scale ?? 2;
  return ['decimal', 'percent'].includes(field.type) ? (field.scale ?? 4) : undefined;
}

/** What an expression on the record of a field is as long as somebody types; nothing where there is no expression. */
export function useLive(name: string, tree: Tree | undefined): Outcome | undefined {
  const { control, getValues } = useFormContext();
  const { user, site } = useSession();
  const cut = name.lastIndexOf('.');
  const own = cut < 0 ? '' : name.slice(0, cut + 1);
  const reads = useMemo(() => (tree ? fieldsRead(tree).map((one) => own + one) : []), [tree, own]);
  // Only what it reads makes it compute anew, not every key.
  useWatch({ control, name: reads, disabled: reads.length === 0 });
  if (tree === undefined) return undefined;
  const row = (cut < 0 ? getValues() : getValues(name.slice(0, cut))) as Record<string, unknown>;
  return evaluate(tree, { records: { row, user: { ...user } }, clock: clockAt(site.time_zone) });
}

/** What a derived field is as long as somebody types; what was stored where only the server can compute it. */
export function useFormula(name: string, field: Field, stored: Json): Json {
  const found = useLive(name, field.formula);
  if (found?.kind !== 'value') return stored;
  const scale = places(field);
  const value = found.value as Json;
  return scale !== undefined && typeof value === 'string' ? (atScale(value, scale) ?? stored) : value;
}
