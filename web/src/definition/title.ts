import type { Json } from './json';
import type { ObjectDefinition } from './types';

/** What a record is called, of what of it was read; its id's end where none of that names it. */
export function titleOf(object: ObjectDefinition, row: { id: string; [field: string]: Json }): string {
  const words = object.title.map((part) => ('words' in part ? part.words : shown(row[part.field])));
  const title = words.join('').trim();
  return title === '' ? row.id.slice(-6) : title;
}

/** The fields whose values name a record. */
export function titleFields(object: ObjectDefinition): string[] {
  return object.title.flatMap((part) => ('field' in part ? [part.field] : []));
}

function shown(value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return !Array.isArray(value) && typeof value.title === 'string' ? value.title : '';
  return String(value);
}
