import { queryOptions } from '@tanstack/react-query';
import type * as Schema from '../definition/schema.gen';
import { ask, get } from './client';

const at = (object: string, id: string) => `/records/${object}/${id}/followers`;

export const followersQuery = (object: string, id: string) =>
  queryOptions({
    queryKey: ['record', object, id, 'followers'],
    queryFn: ({ signal }) => get<Schema.Followers>(at(object, id), undefined, signal),
  });

/** Follows a record, or ceases to; a repeat changes nothing. */
export async function follow(object: string, id: string, follows: boolean): Promise<void> {
  await ask(follows ? 'PUT' : 'DELETE', `${at(object, id)}/me`);
}
