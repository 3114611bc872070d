import { useTranslation } from 'react-i18next';
import type { Row } from '../api/records';
import type { ShownSection } from '../definition/form';
import { settingsOf } from '../definition/form';
import type { Field, Form, FormField, ObjectDefinition } from '../definition/types';
import { kindOf } from '../fields/registry';
import type { Ask } from './conditions';
import { Lines } from './Lines';
import styles from './forms.module.css';
import { Section } from './Section';

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
    <>
      {sections
        .filter((section) => ask(section.visible_when, true))
        .map((section) => (
          <Section
            key={section.name}
            label={section.label}
            help={section.help}
            columns={section.columns ?? 2}
            collapsed={section.collapsed}
          >
            {section.fields
              .filter((name) => ask(settingsOf(form, name).visible_when, true))
              .map((name) => {
                const field = object.fields[name];
                return field === undefined ? null : (
                  <Value
                    key={name}
                    object={object.name}
                    name={name}
                    field={field}
                    settings={settingsOf(form, name)}
                    row={row}
                  />
                );
              })}
          </Section>
        ))}
    </>
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
  const empty = value === null || value === '' || (Array.isArray(value) && value.length === 0);
  return (
    <div className={wide ? `${styles.field} ${styles.wide}` : styles.field} data-field={name}>
      <span className={styles.label}>{label}</span>
      {field.type === 'children' && Array.isArray(value) && value.length > 0 ? (
        <Lines field={field} settings={settings} rows={value as Row[]} />
      ) : (
        <div className={styles.value}>
          {empty ? <span className={styles.none} aria-label={t('record.empty')}>—</span> : <Display field={field} value={value} row={row} at={{ object, id: row.id, field: name }} />}
        </div>
      )}
    </div>
  );
}
