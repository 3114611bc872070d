import { Suspense } from 'react';
import { move, type Row } from '../../api/records';
import type { ObjectDefinition } from '../../definition/types';
import { RecordForm } from '../../forms/RecordForm';
import { Dialog } from '../../ui/Dialog';
import { Waiting } from '../../ui/Skeleton';

interface Props {
  object: ObjectDefinition;
  row: Row;
  move: { move: string; label: string; to: string; missing: string[] };
  onMoved: () => Promise<unknown>;
  onClose: () => void;
}

/** What a move still needs, asked for before it is made. */
export default function MoveDialog({ object, row, move: { move: name, label, to, missing }, onMoved, onClose }: Props) {
  const needed = Object.entries(object.fields).map(([field, about]) => [
    field,
    missing.includes(field) ? { ...about, required: true } : about,
  ]);
  const stage = object.transitions === null ? {} : { [object.transitions.field]: to };
  return (
    <Dialog title={label} width={480} tall onClose={onClose}>
      <Suspense fallback={<Waiting />}>
        <RecordForm
          object={{ ...object, fields: Object.fromEntries(needed) }}
          // What is typed here is none of what is typed into the record's own form.
          id={`${row.id}.${name}`}
          // The conditions of the form count as they will be: some fields are there in one stage only.
          before={{ ...row, ...stage }}
          only={[{ name: 'needed', columns: 1, collapsed: false, fields: missing }]}
          saveLabel={label}
          onCancel={onClose}
          onSave={async (changes) => {
            await move(object.name, row, name, changes);
            await onMoved();
            return onClose;
          }}
        />
      </Suspense>
    </Dialog>
  );
}
