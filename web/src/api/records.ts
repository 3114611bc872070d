import type * as Schema from '../definition/schema.gen';
import { ask, get } from './client';
import type { Json } from '../definition/json';

/** A record as it travels: what a field holds depends on its type. */
export interface Row {
  id: string;
  version: number;
  [field: string]: Json;
}

/** Which records, in which order, with which fields. */
export interface Selection {
  view?: string;
  filter?: string;
  sort?: string;
  fields?: string;
  expand?: string;
  search?: string;
  limit?: number;
  cursor?: string;
  offset?: number;
  count?: 'none' | 'capped' | 'exact';
  bin?: 'live' | 'deleted' | 'any';
}

export interface Page {
  records: Row[];
  next: string | null;
  count?: number;
}

const at = (object: string, id?: string) => `/records/${object}${id === undefined ? '' : `/${id}`}`;

export function list(object: string, selection: Selection, signal?: AbortSignal): Promise<Page> {
  return get<Page>(at(object), { ...selection }, signal);
}

export function read(object: string, id: string, expand?: string, signal?: AbortSignal): Promise<Row> {
  return get<Row>(at(object, id), { expand }, signal);
}

/** One field of a record that was changed, by whom and when. */
export type Change = Schema.Change;

/** What was changed in a record, the newest first. */
export async function history(object: string, id: string): Promise<Change[]> {
  return (await get<Schema.Answers['history_of']>(`${at(object, id)}/history`)).changes;
}

/** Creates a record with its children; `key` makes repeats harmless. `form` is where it was typed. */
export async function create(object: string, body: object, key: string, form?: string): Promise<Row> {
  return (await ask<Row>('POST', at(object), { body, key, query: { form } })).body;
}

/** Changes what `body` names, if the record is still of this version. `form` is where it was typed. */
export async function change(
  object: string,
  row: Pick<Row, 'id' | 'version'>,
  body: object,
  form?: string,
): Promise<Row> {
  return (await ask<Row>('PATCH', at(object, row.id), { body, version: row.version, query: { form } })).body;
}

export async function remove(object: string, row: Pick<Row, 'id' | 'version'>): Promise<void> {
  await ask('DELETE', at(object, row.id), { version: row.version });
}

export async function restore(object: string, id: string): Promise<void> {
  await ask('POST', `${at(object, id)}/restore`);
}

/** What a move or an action answers: the record as it is now, or the approval it waits for. */
export async function move(object: string, row: Pick<Row, 'id' | 'version'>, name: string, body: object): Promise<Row> {
  return (await ask<Row>('POST', `${at(object, row.id)}/moves/${name}`, { body, version: row.version })).body;
}

export async function press(object: string, id: string, action: string, body: object): Promise<Json> {
  return (await ask<Json>('POST', `${at(object, id)}/actions/${action}`, { body })).body;
}

/** Records by what a field holds: how many, and the sum of another field. */
export type Group = Schema.Group;

export async function groups(
  object: string,
  asked: { view?: string; filter?: string; search?: string; groups: string[]; aggregates: object },
  signal?: AbortSignal,
): Promise<Group[]> {
  const asking = signal ? { body: asked, signal } : { body: asked };
  return (await ask<Schema.Answers['groups_of']>('POST', `/query/${object}`, asking)).body.groups;
}
