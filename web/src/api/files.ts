import { ask } from './client';

/** A file as records show it. */
export interface StoredFile {
  id: string;
  name: string;
  type: string;
  size: number;
  width?: number;
  height?: number;
}

/** Bytes sent at once: small enough that little is lost where a connection breaks. */
const PART = 2 * 1024 * 1024;
/** How often a part is tried before the person is told. */
const TRIES = 3;

/**
 * Sends a file in parts, and goes on where it was cut off.
 *
 * @param told - hears which share has arrived, from 0 to 1
 */
export async function upload(file: Blob, name: string, told: (share: number) => void, signal: AbortSignal): Promise<StoredFile> {
  const begun = await ask<{ id: string }>('POST', '/uploads', { body: { name, size: file.size }, signal });
  const path = `/uploads/${begun.body.id}`;
  let offset = 0;
  for (;;) {
    const part = file.slice(offset, offset + PART);
    const answer = await patiently(() =>
      ask<StoredFile | undefined>('PATCH', path, {
        body: part,
        headers: { 'content-type': 'application/octet-stream', 'upload-offset': String(offset) },
        signal,
      }),
    );
    offset += part.size;
    told(file.size === 0 ? 1 : offset / file.size);
    if (answer.body) return answer.body;
    if (offset >= file.size) throw new Error('the upload did not end');
  }
}

/** Tries again what may succeed the next time: the server tells apart what arrived before. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      const away = error instanceof Error && error.name === 'Unreachable';
      if (!away || tries >= TRIES) throw error;
      await new Promise((next) => setTimeout(next, 1000 * tries));
    }
  }
}

/** Where the bytes of a file in a field are. */
export function fileAddress(at: { object: string; id: string; field: string }): string {
  return `/api/v1/records/${at.object}/${at.id}/files/${at.field}`;
}
