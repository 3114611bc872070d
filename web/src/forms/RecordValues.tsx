import { useQuery } from '@tanstack/react-query';
import { useDefinition } from '../api/definitions';
import { useForm } from '../api/forms';
import { sectionsOf } from '../definition/form';
import { usePhone } from '../ui/appearance';
import { ErrorState } from '../ui/ErrorState';
import { Waiting } from '../ui/Skeleton';
import { useConditions } from './conditions';
import { expansions, recordQuery } from './useRecord';
import { Values } from './Values';

/** A record of which nothing but its id is at hand, as its form shows it. */
export function RecordValues({ object: name, id }: { object: string; id: string }) {
  const object = useDefinition('object', name);
  const form = useForm(name);
  const sections = sectionsOf(object, form, usePhone());
  const shown = sections.flatMap((section) => section.fields);
  const found = useQuery(recordQuery(name, id, expansions(object, shown)));
  const ask = useConditions(form, found.data);
  if (found.error) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  return <Values object={object} form={form} sections={sections} row={found.data} ask={ask} />;
}
