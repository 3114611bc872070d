import type { Form, FormField, ObjectDefinition, Section } from './types';

/** A section of a form with what of its fields the reader may know. */
export interface ShownSection extends Omit<Section, 'fields'> {
  name: string;
  fields: string[];
}

const NOTHING: FormField = { columns: {}, footer: {} };

/** What a form says of a field; an empty saying where it says nothing. */
export function settingsOf(form: Form | undefined, field: string): FormField {
  return form?.fields[field] ?? NOTHING;
}

/** The sections of a form, or one of all fields where an object has no form. */
export function sectionsOf(object: ObjectDefinition, form: Form | undefined, phone: boolean): ShownSection[] {
  if (form === undefined) {
    const own = Object.entries(object.fields).filter(([, field]) => !field.system && !field.hidden);
    return [{ name: 'all', columns: 2, collapsed: false, fields: own.map(([name]) => name) }];
  }
  const layout = phone ? form.layouts.phone : undefined;
  return Object.entries(form.sections)
    .filter(([name]) => !layout?.[name]?.hidden)
    .map(([name, { fields, ...section }]) => ({
      ...section,
      name,
      columns: phone ? (layout?.[name]?.columns ?? 1) : (section.columns ?? 2),
      collapsed: layout?.[name]?.collapsed ?? section.collapsed,
      fields: Object.keys(fields).filter((field) => field in object.fields),
    }))
    .filter((section) => section.fields.length > 0);
}

/** What a step of an approval lets its approver do with fields; what it does not name, it hides. */
export type Rights = Record<string, 'read' | 'edit'>;

/** An object as a step of an approval shows it; as it is without one. */
export function asGranted(object: ObjectDefinition, rights: Rights | undefined): ObjectDefinition {
  if (rights === undefined) return object;
  const shown = Object.entries(object.fields).filter(([name]) => name in rights);
  const fields = shown.map(([name, field]) => [name, { ...field, writable: rights[name] === 'edit' }]);
  return { ...object, fields: Object.fromEntries(fields) };
}
