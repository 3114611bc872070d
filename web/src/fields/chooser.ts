import type { Field } from '../definition/types';

/** A field of no object: records are looked for by their words, outside of any form. */
export function chooser(to: string, label: string, more: Partial<Field> = {}): Field {
  return {
    type: 'reference',
    to,
    label,
    widget: 'lookup',
    required: false,
    writable: true,
    filled: false,
    system: false,
    derived: false,
    hidden: false,
    search: false,
    ...more,
  };
}
