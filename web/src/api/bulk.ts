import type * as Schema from '../definition/schema.gen';
import { ask } from './client';
import { list, move, restore } from './records';
import type { Json } from '../definition/json';

/** What the server does while one waits; more it makes a job of. */
const AT_ONCE = 500;
/** Moves are made one by one; so many are under way together. */
const TOGETHER = 4;

/** What became of many records: which of them are done, and why the first of the others is not. */
export interface Outcome {
  done: string[];
  refused: number;
  why: string | undefined;
}

/** Tells how many are done, whenever some are. */
type Progress = (done: number) => void;

type Operation = { update: { id: string; [field: string]: Json } } | { delete: { id: string } };

async function bulk(object: string, ids: string[], operation: (id: string) => Operation, told: Progress) {
  const outcome: Outcome = { done: [], refused: 0, why: undefined };
  for (let first = 0; first < ids.length; first += AT_ONCE) {
    const part = ids.slice(first, first + AT_ONCE);
    const body = { mode: 'each', operations: part.map(operation) };
    const { results } = (await ask<Schema.Answers['bulk']>('POST', `/records/${object}/bulk`, { body })).body;
    results.forEach((one, at) => {
      if (!('error' in one)) outcome.done.push(part[at] as string);
      else {
        outcome.refused += 1;
        outcome.why ??= one.error.detail;
      }
    });
    told(first + part.length);
  }
  return outcome;
}

/** Puts the same values into many records. */
export function changeAll(object: string, ids: string[], values: Record<string, Json>, told: Progress) {
  return bulk(object, ids, (id) => ({ update: { id, ...values } }), told);
}

/** Gives each record the value of a field that it had before. */
export function putBack(object: string, field: string, before: Map<string, Json>, told: Progress) {
  return bulk(object, [...before.keys()], (id) => ({ update: { id, [field]: before.get(id) ?? null } }), told);
}

export function removeAll(object: string, ids: string[], told: Progress) {
  return bulk(object, ids, (id) => ({ delete: { id } }), told);
}

export function restoreAll(object: string, ids: string[], told: Progress) {
  return oneByOne(ids, (id) => restore(object, id), told);
}

/** Makes the same move with many records: each for itself, since each may be refused or wait for an approval. */
export function moveAll(object: string, rows: { id: string; version: number }[], name: string, told: Progress) {
  const versions = new Map(rows.map((row) => [row.id, row.version]));
  const make = (id: string) => move(object, { id, version: versions.get(id) ?? 0 }, name, {});
  return oneByOne([...versions.keys()], make, told);
}

async function oneByOne(ids: string[], act: (id: string) => Promise<unknown>, told: Progress): Promise<Outcome> {
  const outcome: Outcome = { done: [], refused: 0, why: undefined };
  for (let first = 0; first < ids.length; first += TOGETHER) {
    const part = ids.slice(first, first + TOGETHER);
    const settled = await Promise.allSettled(part.map(act));
    settled.forEach((one, at) => {
      if (one.status === 'fulfilled') outcome.done.push(part[at] as string);
      else {
        outcome.refused += 1;
        outcome.why ??= one.reason instanceof Error ? one.reason.message : String(one.reason);
      }
    });
    told(first + part.length);
  }
  return outcome;
}

/** What these records hold of a few fields now. */
export async function valuesOf(
  object: string,
  ids: string[],
  fields: string[],
): Promise<Map<string, Record<string, Json>>> {
  const found = new Map<string, Record<string, Json>>();
  for (let first = 0; first < ids.length; first += AT_ONCE) {
    const part = ids.slice(first, first + AT_ONCE);
    // As a question with a body: so many ids are longer than an address may be.
    const body = {
      filter: `id in [${part.map((id) => JSON.stringify(id)).join(', ')}]`,
      fields: ['id', 'version', ...fields],
      limit: AT_ONCE,
    };
    const { records } = (await ask<Awaited<ReturnType<typeof list>>>('POST', `/query/${object}`, { body })).body;
    records.forEach((row) => found.set(row.id, row));
  }
  return found;
}
