import { useLabels } from '../api/definitions';
import type { ObjectDefinition } from '../definition/types';
import type { Named } from './reason';

/** What roles and fields are called that rules of a flow about records of an object speak of. */
export function useNamed(object: Pick<ObjectDefinition, 'fields'>): Named {
  const called = useLabels();
  return {
    role: (name) => {
      const label = called('role', name);
      // Not everybody is told of all roles.
      return label === name ? (name.split('.').at(-1) ?? name).replaceAll('_', ' ') : label;
    },
    field: (path) => object.fields[path.replace(/^record\./, '').split('.')[0] ?? '']?.label,
  };
}
