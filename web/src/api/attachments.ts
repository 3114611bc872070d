import { queryOptions } from '@tanstack/react-query';
import type * as Schema from '../definition/schema.gen';
import { ask, get } from './client';
import { upload } from './files';

const at = (object: string, id: string) => `/records/${object}/${id}/attachments`;

export const attachmentsQuery = (object: string, id: string) =>
  queryOptions({
    queryKey: ['record', object, id, 'attachments'],
    queryFn: async ({ signal }) =>
      (await get<Schema.Answers['attachments_of']>(at(object, id), undefined, signal)).attachments,
  });

/** Where the file is fetched. */
export function attachmentAddress(object: string, id: string, file: string): string {
  return `/api/v1${at(object, id)}/${file}`;
}

/** Sends a file and attaches it. */
export async function attach(
  object: string,
  id: string,
  file: File,
  told: (share: number) => void,
  signal: AbortSignal,
) {
  const sent = await upload(file, file.name, told, signal);
  await ask('POST', at(object, id), { body: { file: sent.id } });
}

export async function detach(object: string, id: string, file: string): Promise<void> {
  await ask('DELETE', `${at(object, id)}/${file}`);
}
