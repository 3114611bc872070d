import { expect, test } from 'vitest';
import { asGranted, type Rights, sectionsOf } from './form';
import type { Form, ObjectDefinition } from './types';

const field = (writable: boolean) => ({ type: 'text', writable });
const object = {
  name: 'works.job',
  fields: { name: field(true), kind: field(false), tries: field(true) },
} as unknown as ObjectDefinition;
const form = {
  sections: { shelf: { fields: { kind: {}, tries: {} } }, more: { fields: { gone: {} } } },
  fields: {},
  layouts: {},
} as unknown as Form;

test.each<[string, Form | undefined, Rights | undefined, string[]]>([
  ['without a form all fields', undefined, undefined, ['name+', 'kind', 'tries+']],
  ['the form says which', form, undefined, ['kind', 'tries+']],
  ['the step rules over it', form, { kind: 'edit' }, ['kind+']],
  ['what is not on it is not shown', form, { name: 'edit', tries: 'read' }, ['tries']],
])('what is shown of a record: %s', (_, shown, rights, expected) => {
  const granted = asGranted(object, rights);
  const names = sectionsOf(granted, shown, false).flatMap((section) => section.fields);
  expect(names.map((name) => (granted.fields[name]?.writable ? `${name}+` : name))).toEqual(expected);
});
