import { Suspense } from 'react';
import type { Json } from '../../definition/json';
import type { ObjectDefinition } from '../../definition/types';
import { fresh } from '../../forms/fresh';
import { RecordForm } from '../../forms/RecordForm';
import { Dialog } from '../../ui/Dialog';
import { Waiting } from '../../ui/Skeleton';

interface Props {
  object: ObjectDefinition;
  /** The record that the action is about. */
  id: string;
  action: string;
  label: string;
  onAct: (values: Record<string, Json>) => Promise<unknown>;
  onClose: () => void;
}

/** What an action asks for before it is done. */
export default function ActionDialog({ object, id, action, label, onAct, onClose }: Props) {
  const asked = asObject(object, action);
  const fields = Object.keys(asked.fields);
  return (
    <Dialog title={label} width={480} tall onClose={onClose}>
      <Suspense fallback={<Waiting />}>
        <RecordForm
          object={asked}
          id={id}
          before={Object.fromEntries(fields.map((name) => [name, null]))}
          typed={fresh(asked)}
          only={[{ name: 'asked', columns: 1, collapsed: false, fields }]}
          saveLabel={label}
          onCancel={onClose}
          onSave={async (values) => {
            await onAct(values);
            return onClose;
          }}
        />
      </Suspense>
    </Dialog>
  );
}

/** What an action asks for, as the fields of an object: what a form says of the record's own fields is not about them. */
function asObject(object: ObjectDefinition, action: string): ObjectDefinition {
  const fields = object.actions[action]?.with ?? {};
  return { ...object, name: `${object.name}.${action}`, transitions: null, fields };
}
