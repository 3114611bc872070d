import type * as Schema from '../definition/schema.gen';
import { exchange, get } from './client';

/** Which records leave, and how. */
export interface Leaving {
  object: string;
  format: 'csv' | 'xlsx';
  view?: string;
  filter?: string;
  search?: string;
  sort?: string;
}

/** How often a file that is being made is looked after, in milliseconds. */
const PACE = 1500;

/**
 * Makes a file of records and hands it to the browser: at once where they are few, by a job where they are many.
 *
 * @param waiting - hears once that it takes longer
 */
export async function exportRecords(leaving: Leaving, waiting: () => void): Promise<void> {
  const answer = await exchange('POST', '/exports', { body: leaving });
  if (answer.status === 200) {
    const name = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1];
    const address = URL.createObjectURL(await answer.blob());
    handOver(address, name ?? `${leaving.object}.${leaving.format}`);
    URL.revokeObjectURL(address);
    return;
  }
  waiting();
  const { job } = (await answer.json()) as Schema.JobStarted;
  for (;;) {
    await new Promise((next) => setTimeout(next, PACE));
    const { exports } = await get<Schema.Answers['list_exports']>('/exports');
    const own = exports.find((one) => one.job === job);
    if (own === undefined || own.state === 'failed' || own.state === 'cancelled') throw new Error(own?.state ?? 'gone');
    if (own.state === 'done') return handOver(`/api/v1/exports/${own.id}/file`, own.name);
  }
}

function handOver(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}
