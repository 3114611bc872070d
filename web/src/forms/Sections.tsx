import type { ReactNode } from 'react';
import { settingsOf, type ShownSection } from '../definition/form';
import type { Field, Form, FormField, ObjectDefinition } from '../definition/types';
import type { Ask } from './conditions';
import { Section } from './Section';

interface Props {
  object: ObjectDefinition;
  form: Form | undefined;
  sections: ShownSection[];
  ask: Ask;
  /** What stands for a field: its value, or its input. */
  children: (name: string, field: Field, settings: FormField) => ReactNode;
}

/** The sections and fields of a form that are to be seen now. */
export function Sections({ object, form, sections, ask, children }: Props) {
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
            {section.fields.map((name) => {
              const field = object.fields[name];
              const settings = settingsOf(form, name);
              if (field === undefined || !ask(settings.visible_when, true)) return null;
              return children(name, field, settings);
            })}
          </Section>
        ))}
    </>
  );
}
