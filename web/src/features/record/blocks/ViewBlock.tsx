import { useDefinition } from '../../../api/definitions';
import { useColumns } from '../../../fields/columns';
import type { BlockProps } from './block';
import { Few } from './Few';

/** Records shown at first. */
const FIRST = 10;

/** The first records of a view. */
export function ViewBlock({ block }: BlockProps) {
  return block.view === undefined ? null : <Of name={block.view} label={block.label} />;
}

function Of({ name, label }: { name: string; label: string | undefined }) {
  const view = useDefinition('view', name);
  const object = useDefinition('object', view.object);
  const columns = useColumns(object, view, undefined);
  return <Few label={label ?? view.label} object={object} columns={columns} selection={{ view: name }} limit={FIRST} />;
}
