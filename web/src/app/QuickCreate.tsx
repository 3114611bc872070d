import { Link, useNavigate } from '@tanstack/react-router';
import Select from 'antd/es/select';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDefinition } from '../api/definitions';
import { titleFields, titleOf } from '../definition/title';
import type { ObjectDefinition } from '../definition/types';
import { fresh } from '../forms/fresh';
import { RecordForm } from '../forms/RecordForm';
import { useCreating } from '../forms/useCreating';
import { Dialog } from '../ui/Dialog';
import Kit from '../ui/Kit';
import { Waiting } from '../ui/Skeleton';
import { toast } from '../ui/toast';
import type { Creatable } from './useCreatable';
import styles from './QuickCreate.module.css';

interface Props {
  /** What may be created. */
  objects: Creatable[];
  /** What is begun with: what the page in sight is about. */
  first: string | undefined;
  onClose: () => void;
}

/** A new record of what it cannot do without, from anywhere. */
export default function QuickCreate({ objects, first, onClose }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState(() => objects.find((one) => one.name === first)?.name ?? objects[0]?.name);
  if (name === undefined) return null;
  return (
    <Kit>
      <Dialog title={t('quick.title')} width={560} tall onClose={onClose}>
        <div className={styles.kind}>
          <Select
            aria-label={t('quick.kind')}
            value={name}
            options={objects.map((one) => ({ value: one.name, label: one.label }))}
            showSearch={objects.length > 8 ? { optionFilterProp: 'label' } : false}
            style={{ width: '100%' }}
            onChange={setName}
          />
        </div>
        <Suspense fallback={<Waiting />}>
          <Quick key={name} name={name} onClose={onClose} />
        </Suspense>
      </Dialog>
    </Kit>
  );
}

/** What a record needs, and what it is called. */
function quickFields(object: ObjectDefinition): string[] {
  const needed = Object.entries(object.fields).filter(
    ([, field]) => field.writable && field.required && field.default === undefined && field.type !== 'children',
  );
  const named = titleFields(object).filter((name) => {
    const field = object.fields[name];
    return field?.writable && field.type !== 'autonumber';
  });
  return [...new Set([...named, ...needed.map(([name]) => name)])];
}

function Quick({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation();
  const object = useDefinition('object', name);
  const create = useCreating(name);
  const navigate = useNavigate();
  const fields = quickFields(object);
  return (
    <RecordForm
      object={object}
      before={fresh(object)}
      only={[{ name: 'quick', columns: 1, collapsed: false, fields }]}
      onCancel={onClose}
      other={(take) => (
        <Link
          to="/records/$object/new"
          params={{ object: name }}
          className={styles.whole}
          onClick={(event) => {
            event.preventDefault();
            const typed = take();
            onClose();
            void navigate({ to: '/records/$object/new', params: { object: name }, state: { typed } });
          }}
        >
          {t('quick.whole')}
        </Link>
      )}
      onSave={async (changes) => {
        const row = await create(changes);
        return () => {
          onClose();
          const open = () => void navigate({ to: '/records/$object/$id', params: { object: name, id: row.id } });
          const text = t('quick.made', { title: titleOf(object, row) });
          toast({ text, tone: 'done', action: { label: t('quick.open'), run: open } });
        };
      }}
    />
  );
}
