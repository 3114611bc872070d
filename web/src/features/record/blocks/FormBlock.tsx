import { useQuery } from '@tanstack/react-query';
import { useNamedForm } from '../../../api/forms';
import { sectionsOf } from '../../../definition/form';
import type { ObjectDefinition } from '../../../definition/types';
import { useConditions } from '../../../forms/conditions';
import { expansions, recordQuery } from '../../../forms/useRecord';
import { Values } from '../../../forms/Values';
import { usePhone } from '../../../ui/appearance';
import type { BlockProps } from './block';

/** The record as one of its forms shows it. */
export function FormBlock({ block, object, row }: BlockProps) {
  if (object === undefined || row === undefined) return null;
  return <OfRecord name={block.form ?? ''} object={object} id={row.id} />;
}

function OfRecord({ name, object, id }: { name: string; object: ObjectDefinition; id: string }) {
  const form = useNamedForm(object.name, name);
  const sections = sectionsOf(object, form, usePhone());
  const expand = expansions(
    object,
    sections.flatMap((section) => section.fields),
  );
  const { data } = useQuery(recordQuery(object.name, id, expand));
  const ask = useConditions(form, data);
  return data === undefined ? null : <Values object={object} form={form} sections={sections} row={data} ask={ask} />;
}
