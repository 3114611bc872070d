import { CircleAlert } from 'lucide-react';
import { useId } from 'react';
import { Controller, useFormContext } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { Json } from '../definition/json';
import type { Row } from '../api/records';
import type { Field, FormField, ObjectDefinition } from '../definition/types';
import { kindOf } from '../fields/registry';
import { isEmpty } from './empty';
import { Lines } from './Lines';
import { LinesInput } from './LinesInput';
import { useFormula, useLive } from './useFormula';
import styles from './forms.module.css';

interface Props {
  object: ObjectDefinition;
  name: string;
  field: Field;
  settings: FormField;
  /** In a table the column's head is the label. */
  bare?: boolean;
  /** The field of a line that leads to the record it is a line of. */
  via?: string | undefined;
}

/** A field with its label, its input and what is wrong with it. */
export function FieldInput({ object, name, field, settings, bare = false, via }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const { control, getValues } = useFormContext();
  const { Input, wide } = kindOf(field);
  const kept: unknown = bare ? undefined : getValues('id');
  const place = typeof kept === 'string' ? { object: object.name, id: kept, field: name } : undefined;
  const now = () => recordOf(name, getValues() as Record<string, Json>, via);
  const fixed = !field.writable || settings.readonly === true;
  // What the server finds for a new record nobody must type.
  const needed = (field.required && !(field.filled && kept === undefined)) || settings.required === true;
  const label = settings.label ?? field.label;
  const help = bare ? undefined : (settings.help ?? field.help);
  const [told, wrong] = [`${id}-help`, `${id}-wrong`];
  // What the object itself needs the server may fill in, by defaults that nobody is told; it says what is lacking.
  const asked = !fixed && settings.required === true;
  const validate = (value: Json) =>
    !asked || field.type === 'boolean' || !isEmpty(value) || t('form.required', { field: label });
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
              {!fixed && <Star name={name} field={field} needed={needed} />}
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
              describedBy={[help && told, error?.message && wrong].filter(Boolean).join(' ') || undefined}
              row={now()}
              now={now}
              labels={labelsOf(object)}
              at={place}
            />
          )}
          {help && (
            <div id={told} className={styles.note}>
              {help}
            </div>
          )}
          {error?.message && (
            <div id={wrong} className={styles.wrong} role="alert">
              <CircleAlert size={14} aria-hidden />
              {error.message}
            </div>
          )}
        </div>
      )}
    />
  );
}

/** Marks what must be filled in, always or as the record stands. */
function Star({ name, field, needed }: { name: string; field: Field; needed: boolean }) {
  const found = useLive(name, field.required_when);
  return needed || (found?.kind === 'value' && found.value === true) ? <b aria-hidden>*</b> : null;
}

/** A value that nobody changes here: computed, or not permitted. */
function Fixed({ id, name, field, stored }: { id: string; name: string; field: Field; stored: Json }) {
  const { getValues } = useFormContext();
  const { Display } = kindOf(field);
  const value = useFormula(name, field, stored);
  return (
    <div className={styles.value} id={id}>
      {isEmpty(value) ? (
        <span className={styles.none}>—</span>
      ) : (
        <Display field={field} value={value} row={getValues()} />
      )}
    </div>
  );
}

/** The record that a field is of: what the form is about, or one of its lines with that around it. */
function recordOf(name: string, whole: Record<string, Json>, via: string | undefined): Record<string, Json> {
  const [list = '', at, part] = name.split('.');
  if (part === undefined) return whole;
  const line = (whole[list] as Record<string, Json>[] | undefined)?.[Number(at)] ?? {};
  return via === undefined ? line : { ...line, [via]: whole };
}

function labelsOf(object: ObjectDefinition): Record<string, string> {
  return Object.fromEntries(Object.entries(object.fields).map(([name, field]) => [name, field.label]));
}

function placeholder(text: string | undefined): { placeholder?: string } {
  return text === undefined ? {} : { placeholder: text };
}
