import { useDefinition } from '../../../api/definitions';
import { useView } from '../../../api/views';
import type { Related as Settings } from '../../../definition/types';
import { useColumns } from '../../../fields/columns';
import type { Json } from '../../../definition/json';
import { titleOf } from '../../../definition/title';
import type { BlockProps } from './block';
import { Few } from './Few';

/** Records shown at first. */
const FIRST = 5;
/** Columns beside each other, where the page names none. */
const COLUMNS = 6;

/** Records that refer to this one. */
export function Related({ block, object, row }: BlockProps) {
  if (block.related === undefined || object === undefined || row === undefined) return null;
  const of = { id: row.id, title: titleOf(object, row), object: object.name };
  return <Of related={block.related} label={block.label} of={of} />;
}

interface Props {
  related: Settings;
  label: string | undefined;
  /** The record that is referred to. */
  of: { id: string; title: string; object: string };
}

function Of({ related, label, of: { object: to, id, title } }: Props) {
  const object = useDefinition('object', related.object);
  const via = object.fields[related.via];
  const whole: Json = via?.to === 'any' ? { id, title, object: to } : { id, title };
  const view = useView(related.object);
  const named = Object.keys(related.columns);
  const columns = useColumns(
    object,
    named.length > 0 ? undefined : view,
    named.length > 0 ? named.map(path) : undefined,
  );
  const own = `${related.via} == ${JSON.stringify(id)}`;
  const shown = named.length > 0 ? columns : columns.filter((one) => one.path !== related.via).slice(0, COLUMNS);
  return (
    <Few
      label={label ?? object.plural}
      object={object}
      columns={shown}
      selection={{
        filter: related.where ? `(${related.where}) && ${own}` : own,
        ...(related.sort.length > 0 ? { sort: related.sort.join(',') } : {}),
      }}
      limit={related.limit ?? FIRST}
      begun={via?.writable && via.type !== 'references' ? { [related.via]: whole } : undefined}
    />
  );
}

function path(name: string) {
  return { path: name };
}
