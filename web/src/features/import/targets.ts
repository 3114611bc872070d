import type { Field, ObjectDefinition } from '../../definition/types';

/** What a column can fill: a field, a part of an address, or a record that another one is found by. */
export interface Target {
  /** As the server takes it: `name`, `account.code`, `address.city`. */
  value: string;
  field: string;
  label: string;
  /** Of one that is found by a key: the key's label. */
  by?: string;
}

const PARTS = ['country', 'province', 'city', 'district', 'street'] as const;

/** The object whose records a field names, one of them. */
export function named({ type, to, multiple }: Field): string | undefined {
  if (type === 'user' && !multiple) return 'base.user';
  if (type === 'department' && !multiple) return 'base.department';
  return type === 'reference' ? to : undefined;
}

/** Whether a file may fill it: also what a form leaves to moves, never what is computed. */
function isFilled([, field]: [string, Field]): boolean {
  const { type, derived, system, writable } = field;
  return type !== 'children' && !derived && (!system || writable);
}

/**
 * What columns can fill, in the order of the fields.
 *
 * @param keys - the one field by which records of an object are found, with its label
 * @param part - what a part of an address is called
 */
export function targetsOf(
  object: ObjectDefinition,
  keys: (object: string) => { name: string; label: string } | undefined,
  part: (name: (typeof PARTS)[number]) => string,
): Target[] {
  return Object.entries(object.fields)
    .filter(isFilled)
    .flatMap(([name, field]) => {
      const whole = { value: name, field: name, label: field.label };
      if (field.type === 'address') {
        return PARTS.map((one) => ({ value: `${name}.${one}`, field: name, label: field.label, by: part(one) }));
      }
      const key = keys(named(field) ?? '');
      if (key === undefined) return [whole];
      return [
        { value: `${name}.${key.name}`, field: name, label: field.label, by: key.label },
        { ...whole, by: 'ID' },
      ];
    });
}

/** Whether words in a file stand for a few values of this field. */
export function hasFewValues({ type }: Field): boolean {
  return type === 'select' || type === 'boolean';
}
