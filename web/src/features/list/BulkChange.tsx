import Button from 'antd/es/button';
import Select from 'antd/es/select';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Json } from '../../definition/json';
import type { Field, ObjectDefinition } from '../../definition/types';
import { kindOf } from '../../fields/registry';
import { Dialog } from '../../ui/Dialog';
import forms from '../../forms/forms.module.css';

interface Props {
  object: ObjectDefinition;
  /** How many records are changed. */
  count: number;
  /** The field that is changed; absent where one chooses. */
  field: string | undefined;
  onChange: (field: string, value: Json) => void;
  onClose: () => void;
}

/** Fields that are of one record: the same in many would be a mistake, or cannot be. */
const OF_ONE = ['children', 'file', 'files', 'image', 'signature', 'autonumber'];

/** What may be changed in many records at once, by name. */
export function fieldsOfMany(object: ObjectDefinition): [string, Field][] {
  return Object.entries(object.fields).filter(
    ([, field]) => field.writable && !field.hidden && !OF_ONE.includes(field.type),
  );
}

/** The same value for many records. */
export function BulkChange({ object, count, field: given, onChange, onClose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const fields = fieldsOfMany(object);
  const [first] = fields.find(([, one]) => !one.system) ?? fields[0] ?? [''];
  const [name, setName] = useState(given ?? first);
  const [value, setValue] = useState<Json>(null);
  const field = object.fields[name];
  if (field === undefined) return null;
  const { Input } = kindOf(field);
  return (
    <Dialog
      title={t(given === 'owner' ? 'list.transferTitle' : 'list.changeTitle', { count })}
      width={480}
      onClose={onClose}
      footer={
        <Button type="primary" disabled={field.required && value === null} onClick={() => onChange(name, value)}>
          {t(given === 'owner' ? 'list.transfer' : 'list.changeAll', { count })}
        </Button>
      }
    >
      {given === undefined && (
        <div className={forms.field}>
          <label className={forms.label} htmlFor={`${id}-field`}>
            {t('list.field')}
          </label>
          <Select
            id={`${id}-field`}
            value={name}
            showSearch={{ optionFilterProp: 'label' }}
            options={fields.map(([value, { label }]) => ({ value, label }))}
            onChange={(next) => {
              setName(next);
              setValue(null);
            }}
          />
        </div>
      )}
      <div className={forms.field}>
        <label className={forms.label} htmlFor={id}>
          {field.label}
        </label>
        <Input key={name} id={id} field={field} value={value} onChange={setValue} />
      </div>
    </Dialog>
  );
}
