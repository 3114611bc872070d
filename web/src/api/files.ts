import { Problem, Unreachable } from '../definition/problem';
import type * as Schema from '../definition/schema.gen';
import { whenReached } from '../ui/connection';
import { ask, get } from './client';

/** A file as records show it. */
export type StoredFile = Schema.File;

/** Bytes sent at once: small enough that little is lost where a connection breaks. */
const PART = 2 * 1024 * 1024;
/** How often a part is tried before the person is told. */
const TRIES = 3;

/**
 * Sends a file in parts, and goes on where it was cut off.
 *
 * @param told - hears which share has arrived, from 0 to 1
 */
export async function upload(
  file: Blob,
  name: string,
  told: (share: number) => void,
  signal: AbortSignal,
): Promise<StoredFile> {
  const begun = await ask<Schema.Answers['begin_upload']>('POST', '/uploads', {
    body: { name, size: file.size },
    signal,
  });
  const path = `/uploads/${begun.body.id}`;
  let offset = 0;
  for (let tries = 1; ;) {
    const part = file.slice(offset, offset + PART);
    try {
      const answer = await ask<StoredFile | undefined>('PATCH', path, {
        body: part,
        headers: { 'content-type': 'application/octet-stream', 'upload-offset': String(offset) },
        signal,
      });
      offset += part.size;
      tries = 1;
      told(file.size === 0 ? 1 : offset / file.size);
      if (answer.body) return answer.body;
    } catch (error) {
      // A part may have arrived although no answer came: the server says where to go on.
      const lost = error instanceof Unreachable || (error instanceof Problem && error.code === 'upload_offset');
      if (!lost || tries >= TRIES) throw error;
      await new Promise((next) => setTimeout(next, 1000 * tries));
      // However long there is no connection: what has arrived stays, and it goes on from there.
      await whenReached(signal);
      tries += 1;
      const state = await get<Upload>(path, undefined, signal).catch(() => undefined);
      if (state?.whole) return ended(state, file);
      offset = state?.offset ?? offset;
    }
  }
}

/** An upload as the server has it. */
type Upload = Schema.Upload;

/** The last part had arrived, and only its answer was lost. */
function ended({ id, name, size }: Upload, file: Blob): StoredFile {
  return { id, name, size, type: file.type };
}

/** Where the bytes of a file in a field are. */
export function fileAddress(at: { object: string; id: string; field: string }): string {
  return `/api/v1/records/${at.object}/${at.id}/files/${at.field}`;
}
