import { failureOf } from '../definition/problem';
import type { ObjectDefinition } from '../definition/types';
import { ErrorState } from '../ui/ErrorState';
import { Waiting } from '../ui/Skeleton';
import { useConditions } from './conditions';
import { useShown } from './useRecord';
import { Values } from './Values';

interface Props {
  object: ObjectDefinition;
  id: string;
  /** The form that shows it; the object's own without it. */
  named?: string | undefined;
}

/** A record of which nothing but its id is at hand, as a form shows it. */
export function RecordValues({ object, id, named }: Props) {
  const { form, sections, found } = useShown(object, id, named);
  const ask = useConditions(form, found.data);
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  return <Values object={object} form={form} sections={sections} row={found.data} ask={ask} />;
}
