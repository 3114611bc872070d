import { queryOptions } from '@tanstack/react-query';
import type * as Schema from '../definition/schema.gen';
import { language } from '../texts';
import { ask, get } from './client';

/** An installed pack. */
export type Pack = Schema.Pack;

/** What a change of packs would do, or did. */
export type PackPlan = Schema.PackPlan;

/** The files of a pack by their paths in it. */
export type PackFiles = Record<string, string>;

export const packsQuery = () =>
  queryOptions({
    queryKey: ['packs', language()],
    queryFn: async ({ signal }) => (await get<Schema.Answers['list_packs']>('/packs', undefined, signal)).packs,
  });

/** What files would do, or the removal where there are none. */
export async function planPack(name: string, files: PackFiles | null): Promise<PackPlan> {
  const path = `/packs/${name}/plan`;
  if (files === null) return (await ask<PackPlan>('POST', `${path}?remove=true`)).body;
  return (await ask<PackPlan>('POST', path, { body: { files } })).body;
}

/** Carries a plan out: installs, raises or removes. */
export async function applyPack(name: string, files: PackFiles | null): Promise<PackPlan> {
  if (files === null) return (await ask<PackPlan>('DELETE', `/packs/${name}`)).body;
  return (await ask<PackPlan>('POST', '/packs', { body: { files }, key: crypto.randomUUID() })).body;
}
