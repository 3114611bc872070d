import type { Json } from './json';

/** What a reference holds as it travels. */
export interface Referred {
  id: string;
  title: string | null;
  /** The object, where a field may lead to several. */
  object?: string;
}

export function referred(value: Json | undefined): Referred | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  return typeof value.id === 'string' ? (value as unknown as Referred) : null;
}
