import type { Json } from '../definition/json';
import type { ObjectDefinition } from '../definition/types';

/** A record as it begins: its defaults, and nothing in every other field that somebody may fill. */
export function fresh(object: ObjectDefinition, via?: string): Record<string, Json> {
  const own = Object.entries(object.fields).filter(
    ([name, field]) => name !== via && (field.writable || field.default !== undefined),
  );
  return Object.fromEntries(
    own.map(([name, field]) => [name, (field.default as Json | undefined) ?? (field.type === 'children' ? [] : null)]),
  );
}
