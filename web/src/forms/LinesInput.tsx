import Button from 'antd/es/button';
import { Plus, Trash2 } from 'lucide-react';
import { memo, useCallback } from 'react';
import { useFieldArray, useFormContext } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { useDefinition } from '../api/definitions';
import type { Field, FormField, ObjectDefinition } from '../definition/types';
import { kindOf } from '../fields/registry';
import { FieldInput } from './FieldInput';
import { lineColumns } from './Lines';
import styles from './forms.module.css';

const PLAIN: FormField = { columns: {}, footer: {} };

interface Props {
  name: string;
  field: Field;
  settings: FormField;
}

/** Lines of a record, to be filled in like a sheet. */
export function LinesInput({ name, field, settings }: Props) {
  const { t } = useTranslation();
  const object = useDefinition('object', field.of ?? '');
  const { control } = useFormContext();
  // The name under which the library keeps its own ids: records have an `id` already.
  const { fields: rows, append, remove } = useFieldArray({ control, name, keyName: '_key' });
  const columns = lineColumns(object, settings, field.via);
  const drop = useCallback((at: number) => remove(at), [remove]);
  return (
    <>
      <span className={styles.label}>{settings.label ?? field.label}</span>
      <div className={styles.lines}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {object.fields[column]?.label}
                </th>
              ))}
              <th scope="col">
                <span className="visually-hidden">{t('form.remove')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <Line key={row._key} object={object} columns={columns} name={name} at={at} onRemove={drop} />
            ))}
          </tbody>
        </table>
      </div>
      <div>
        <Button icon={<Plus size={15} />} onClick={() => append(fresh(object, field.via))}>
          {t('form.addLine')}
        </Button>
      </div>
    </>
  );
}

/** A record as it begins: its defaults, and nothing in every other field that somebody may fill. */
export function fresh(object: ObjectDefinition, via?: string): Record<string, unknown> {
  const own = Object.entries(object.fields).filter(
    ([name, field]) => name !== via && (field.writable || field.default !== undefined),
  );
  return Object.fromEntries(own.map(([name, field]) => [name, field.default ?? (field.type === 'children' ? [] : null)]));
}

interface LineProps {
  object: ObjectDefinition;
  columns: string[];
  name: string;
  at: number;
  onRemove: (at: number) => void;
}

// A keystroke in one line leaves the others as they are.
const Line = memo(function Line({ object, columns, name, at, onRemove }: LineProps) {
  const { t } = useTranslation();
  return (
    <tr>
      {columns.map((column) => {
        const field = object.fields[column];
        return field === undefined ? null : (
          <td key={column} data-end={kindOf(field).align === 'end' ? true : undefined}>
            <FieldInput object={object.name} name={`${name}.${at}.${column}`} field={field} settings={PLAIN} bare />
          </td>
        );
      })}
      <td>
        <Button
          type="text"
          icon={<Trash2 size={15} />}
          aria-label={t('form.removeLine', { line: at + 1 })}
          onClick={() => onRemove(at)}
        />
      </td>
    </tr>
  );
});
