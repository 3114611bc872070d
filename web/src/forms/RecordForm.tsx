import { useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useBlocker } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { type Control, type FieldValues, FormProvider, useForm as useHookForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { Json } from '../definition/json';
import { definitionQuery } from '../api/definitions';
import { useForm } from '../api/forms';
import { Problem } from '../definition/problem';
import { sectionsOf, settingsOf, type ShownSection } from '../definition/form';
import type { Form, FormField, ObjectDefinition } from '../definition/types';
import { usePhone } from '../ui/appearance';
import { toast } from '../ui/toast';
import { type Ask, useConditions } from './conditions';
import { FieldInput } from './FieldInput';
import { changed } from './changed';
import styles from './forms.module.css';
import { Section } from './Section';

export type Values = Record<string, Json>;

interface Props {
  object: ObjectDefinition;
  /** What the record holds before anybody types. */
  before: Values;
  /** Sends what was changed; what it throws is shown at its place. Answers how to leave the form. */
  onSave: (changes: Values) => Promise<() => void>;
  onCancel: () => void;
  note?: ReactNode;
}

/** A record in the sections of its form, to be filled in. */
export function RecordForm({ object, before, onSave, onCancel, note }: Props) {
  const { t } = useTranslation();
  const form = useForm(object.name);
  const sections = sectionsOf(object, form, usePhone());
  const methods = useHookForm<FieldValues>({ defaultValues: before, mode: 'onTouched' });
  const { control, handleSubmit, setError, formState } = methods;
  const queries = useQueryClient();
  const of = (name: string) => queries.getQueryData(definitionQuery('object', name).queryKey);
  const { isDirty, isSubmitting, submitCount } = formState;
  const saved = useRef(false);
  useBlocker({
    shouldBlockFn: () => isDirty && !saved.current && !confirm(t('form.leave')),
    enableBeforeUnload: () => isDirty && !saved.current,
  });
  useEffect(() => {
    if (submitCount > 0) document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [submitCount]);
  const save = handleSubmit(async (values) => {
    try {
      const leave = await onSave(changed(object, before, values as Values, of));
      saved.current = true;
      leave();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      let placed = 0;
      if (error instanceof Problem) {
        for (const [path, messages] of error.findings) {
          const name = path.replace(/\[(\d+)\]/g, '.$1');
          if (name === '' || object.fields[name.split('.')[0] ?? ''] === undefined) continue;
          setError(name, { message: messages.join(' ') }, { shouldFocus: placed === 0 });
          placed += 1;
        }
      }
      if (placed === 0) toast({ text: said, tone: 'wrong' });
      // The form is not saved, and says so to what watches over leaving it.
      setError('root', { message: said });
    }
  });
  const refused = formState.errors.root?.message;
  return (
    <FormProvider {...methods}>
      <form className={styles.scroll} noValidate onSubmit={(event) => void save(event)} id="record">
        <div className={styles.column}>
          {note}
          {refused && (
            <p className={styles.wrong} role="alert">
              <CircleAlert size={14} aria-hidden />
              {refused}
            </p>
          )}
          <Sections object={object} form={form} sections={sections} control={control} />
        </div>
      </form>
      <div className={styles.bar}>
        <div>
          <Button onClick={onCancel}>{t('form.cancel')}</Button>
          <Button type="primary" htmlType="submit" form="record" loading={isSubmitting}>
            {t('form.save')}
          </Button>
        </div>
      </div>
    </FormProvider>
  );
}

/** The settings of a field as its conditions make them now. */
function asked(settings: FormField, ask: Ask): FormField {
  return {
    ...settings,
    readonly: settings.readonly || ask(settings.readonly_when, false),
    required: settings.required || ask(settings.required_when, false),
  };
}

interface SectionsProps {
  object: ObjectDefinition;
  form: Form | undefined;
  sections: ShownSection[];
  control: Control<FieldValues>;
}

function Sections({ object, form, sections, control }: SectionsProps) {
  const row = useWatch({ control }) as Values;
  const ask = useConditions(form, row);
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
                  <FieldInput
                    key={name}
                    object={object.name}
                    name={name}
                    field={field}
                    settings={asked(settingsOf(form, name), ask)}
                  />
                );
              })}
          </Section>
        ))}
    </>
  );
}
