import { useMemo } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { fieldsRead } from '../definition/expression/dependencies';
import type { ShownSection } from '../definition/form';
import type { Json } from '../definition/json';
import type { Form, FormField, ObjectDefinition } from '../definition/types';
import { type Ask, useConditions } from './conditions';
import { FieldInput } from './FieldInput';
import { Sections } from './Sections';

/** The settings of a field as its conditions make them now. */
function asked(settings: FormField, ask: Ask): FormField {
  return {
    ...settings,
    readonly: settings.readonly || ask(settings.readonly_when, false),
    required: settings.required || ask(settings.required_when, false),
  };
}

interface Props {
  object: ObjectDefinition;
  form: Form | undefined;
  sections: ShownSection[];
}

/** The inputs of a form, in its sections; those of a condition come and go while somebody types. */
export function Inputs({ object, form, sections }: Props) {
  const { control, getValues } = useFormContext();
  // Only what conditions read makes the sections anew, not every key.
  const read = useMemo(() => {
    const trees = Object.values(form?.expressions ?? {});
    return [...new Set(trees.flatMap((tree) => fieldsRead(tree)))];
  }, [form]);
  useWatch({ control, name: read, disabled: read.length === 0 });
  const ask = useConditions(form, getValues() as Record<string, Json>);
  return (
    <Sections object={object} form={form} sections={sections} ask={ask}>
      {(name, field, settings) => (
        <FieldInput key={name} object={object} name={name} field={field} settings={asked(settings, ask)} />
      )}
    </Sections>
  );
}
