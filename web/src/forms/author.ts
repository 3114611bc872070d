import { referred } from '../definition/reference';
import type { Json } from '../definition/json';

/** Who changed a record last, as the record itself says. */
export function authorOf(row: Record<string, Json>) {
  const { updated_at: at, updated_by: by } = row;
  return typeof at === 'string' ? { at, by: referred(by) } : undefined;
}
