import type { Json } from '../definition/json';

/** Whether a field holds nothing. */
export function isEmpty(value: Json): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
