import { useTranslation } from 'react-i18next';
import type { Row } from '../api/records';
import type { ShownSection } from '../definition/form';
import type { Field, Form, FormField, ObjectDefinition } from '../definition/types';
import { kindOf } from '../fields/registry';
import type { Ask } from './conditions';
import { isEmpty } from './empty';
import { Lines } from './Lines';
import styles from './forms.module.css';
import { Sections } from './Sections';

interface Props {
  object: ObjectDefinition;
  form: Form | undefined;
  sections: ShownSection[];
  row: Row;
  ask: Ask;
}

/** A record as it stands, in the sections of its form. */
export function Values({ object, form, sections, row, ask }: Props) {
  return (
    <Sections object={object} form={form} sections={sections} ask={ask}>
      {(name, field, settings) => (
        <Value key={name} object={object.name} name={name} field={field} settings={settings} row={row} />
      )}
    </Sections>
  );
}

interface ValueProps {
  object: string;
  name: string;
  field: Field;
  settings: FormField;
  row: Row;
}

function Value({ object, name, field, settings, row }: ValueProps) {
  const { t } = useTranslation();
  const { Display, wide } = kindOf(field);
  const value = row[name] ?? null;
  const label = settings.label ?? field.label;
  const empty = isEmpty(value);
  return (
    <div className={wide ? `${styles.field} ${styles.wide}` : styles.field} data-field={name}>
      <span className={styles.label}>{label}</span>
      {field.type === 'children' && !empty ? (
        <Lines field={field} settings={settings} rows={value as Row[]} />
      ) : (
        <div className={styles.value}>
          {empty ? (
            <span className={styles.none} aria-label={t('record.empty')}>
              —
            </span>
          ) : (
            <Display field={field} value={value} row={row} at={{ object, id: row.id, field: name }} />
          )}
        </div>
      )}
    </div>
  );
}
