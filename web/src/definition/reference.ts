import type { Json } from './json';
import type { Reference } from './schema.gen';

/** What a reference holds as it travels. */
export type Referred = Reference;

export function referred(value: Json | undefined): Referred | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  return typeof value.id === 'string' ? (value as unknown as Referred) : null;
}
