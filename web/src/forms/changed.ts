import type { Json } from '../definition/json';
import type { ObjectDefinition } from '../definition/types';
import { referred } from '../definition/reference';

type Values = Record<string, Json>;

/**
 * What differs from before, in the form in which it is sent: references by their id, lines whole.
 *
 * @param of - the definition of the object that a field's lines are of
 */
export function changed(
  object: ObjectDefinition,
  before: Values,
  now: Values,
  of: (name: string) => ObjectDefinition | undefined,
): Values {
  const body: Values = {};
  for (const [name, field] of Object.entries(object.fields)) {
    const value = now[name];
    if (!field.writable || value === undefined) continue;
    const inBody = (what: Json) =>
      field.type === 'children' ? lines(what, of(field.of ?? ''), field.via) : sent(what);
    const next = inBody(value);
    if (JSON.stringify(next) !== JSON.stringify(inBody(before[name] ?? null))) body[name] = next;
  }
  return body;
}

/** A value without what only a reader needs: a reference is its id. */
export function sent(value: Json): Json {
  if (Array.isArray(value)) return value.map(sent);
  const reference = referred(value);
  if (reference === null) return value;
  return reference.object === undefined ? { id: reference.id } : { id: reference.id, object: reference.object };
}

/**
 * Lines with what may be written of them, and the id by which those that exist are known. Whose they are is said by
 * where they stand.
 */
function lines(value: Json, object: ObjectDefinition | undefined, via: string | undefined): Json {
  if (!Array.isArray(value)) return value;
  return value.map((line) => {
    if (line === null || typeof line !== 'object' || Array.isArray(line)) return line;
    const written = (name: string) => name !== via && object?.fields[name]?.writable;
    const kept = Object.entries(line).filter(([name]) => name === 'id' || written(name));
    return Object.fromEntries(kept.map(([name, part]) => [name, sent(part)]));
  });
}
