import { failureOf } from '../definition/problem';
import type { ObjectDefinition } from '../definition/types';
import { ErrorState } from '../ui/ErrorState';
import { Waiting } from '../ui/Skeleton';
import { useConditions } from './conditions';
import { useShown } from './useRecord';
import { Values } from './Values';

/** A record of which nothing but its id is at hand, as its form shows it. */
export function RecordValues({ object, id }: { object: ObjectDefinition; id: string }) {
  const { form, sections, found } = useShown(object, id);
  const ask = useConditions(form, found.data);
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  return <Values object={object} form={form} sections={sections} row={found.data} ask={ask} />;
}
