import type { Form } from '../definition/types';
import { useAnyDefinition, useDefinitions } from './definitions';

/** The form in which an object's records are shown, where there is one. */
export function useForm(object: string): Form | undefined {
  return useNamedForm(object, '');
}

/** A form by its name, or the first one of the object. */
export function useNamedForm(object: string, wanted: string): Form | undefined {
  const entries = useDefinitions().filter((entry) => entry.kind === 'form' && entry.object === object);
  const named = entries.find((entry) => entry.name === wanted);
  return useAnyDefinition('form', (named ?? entries.find((entry) => entry.default) ?? entries[0])?.name);
}
