import { CircleAlert } from 'lucide-react';
import { useId } from 'react';
import { Controller, useFormContext } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { Json } from '../definition/json';
import type { Row } from '../api/records';
import type { Field, FormField } from '../definition/types';
import { kindOf } from '../fields/registry';
import { Lines } from './Lines';
import { LinesInput } from './LinesInput';
import { useFormula } from './useFormula';
import styles from './forms.module.css';

interface Props {
  object: string;
  name: string;
  field: Field;
  settings: FormField;
  /** In a table the column's head is the label. */
  bare?: boolean;
}

/** A field with its label, its input and what is wrong with it. */
export function FieldInput({ object, name, field, settings, bare = false }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const { control, getValues } = useFormContext();
  const { Input, wide } = kindOf(field);
  const kept: unknown = bare ? undefined : getValues('id');
  const place = typeof kept === 'string' ? { object, id: kept, field: name } : undefined;
  const fixed = !field.writable || settings.readonly === true;
  const required = !fixed && (field.required || settings.required === true);
  const label = settings.label ?? field.label;
  const help = settings.help ?? field.help;
  const validate = (value: Json) => !required || field.type === 'boolean' || !isEmpty(value) || t('form.required', { field: label });
  if (field.type === 'children') {
    const rows = getValues(name);
    return (
      <div className={`${styles.field} ${styles.wide}`} data-field={name}>
        {fixed ? (
          <Lines field={field} settings={settings} rows={Array.isArray(rows) ? (rows as Row[]) : []} />
        ) : (
          <LinesInput name={name} field={field} settings={settings} />
        )}
      </div>
    );
  }
  return (
    <Controller
      control={control}
      name={name}
      rules={{ validate }}
      render={({ field: { value = null, onChange, onBlur }, fieldState: { error } }) => (
        <div className={wide && !bare ? `${styles.field} ${styles.wide}` : styles.field} data-field={name}>
          {!bare && (
            <label className={styles.label} htmlFor={id}>
              {label}
              {required && <b aria-hidden>*</b>}
            </label>
          )}
          {fixed ? (
            <Fixed id={id} name={name} field={field} stored={value} />
          ) : (
            <Input
              id={id}
              field={field}
              value={value}
              onChange={onChange}
              onBlur={onBlur}
              {...(bare ? { label } : {})}
              {...placeholder(settings.placeholder ?? field.placeholder)}
              invalid={error !== undefined}
              row={getValues()}
              at={place}
            />
          )}
          {help && !bare && <div className={styles.note}>{help}</div>}
          {error?.message && (
            <div className={styles.wrong} role="alert">
              <CircleAlert size={14} aria-hidden />
              {error.message}
            </div>
          )}
        </div>
      )}
    />
  );
}

/** A value that nobody changes here: computed, or not permitted. */
function Fixed({ id, name, field, stored }: { id: string; name: string; field: Field; stored: Json }) {
  const { getValues } = useFormContext();
  const { Display } = kindOf(field);
  const value = useFormula(name, field, stored);
  return (
    <div className={styles.value} id={id}>
      {isEmpty(value) ? <span className={styles.none}>—</span> : <Display field={field} value={value} row={getValues()} />}
    </div>
  );
}

function placeholder(text: string | undefined): { placeholder?: string } {
  return text === undefined ? {} : { placeholder: text };
}

function isEmpty(value: Json): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
