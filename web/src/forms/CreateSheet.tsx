import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useDefinition } from '../api/definitions';
import { titleFields, titleOf } from '../definition/title';
import type { CreationProps } from '../fields/creation';
import { Dialog } from '../ui/Dialog';
import { Waiting } from '../ui/Skeleton';
import { fresh } from './fresh';
import { RecordForm } from './RecordForm';
import { useCreating } from './useCreating';

/** A new record in a sheet over the form that refers to it. */
export default function CreateSheet(props: CreationProps) {
  const { t } = useTranslation();
  const object = useDefinition('object', props.object);
  return (
    <Dialog title={t('list.create', { object: object.label })} width={800} tall onClose={props.onClose}>
      <Suspense fallback={<Waiting />}>
        <Sheet {...props} />
      </Suspense>
    </Dialog>
  );
}

function Sheet({ object: name, words, onMade, onClose }: CreationProps) {
  const object = useDefinition('object', name);
  const create = useCreating(name);
  // What was looked for and not found is most likely what it is to be called.
  const named = titleFields(object).find((field) => {
    const { type, writable } = object.fields[field] ?? {};
    return type === 'text' && writable;
  });
  return (
    <RecordForm
      object={object}
      before={fresh(object)}
      typed={named && words ? { [named]: words } : undefined}
      onCancel={onClose}
      onSave={async (changes, _, form) => {
        const row = await create(changes, form);
        return () => {
          onMade({ id: row.id, title: titleOf(object, row) });
          onClose();
        };
      }}
    />
  );
}
