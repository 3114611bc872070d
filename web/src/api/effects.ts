import { queryOptions } from '@tanstack/react-query';
import type * as Schema from '../definition/schema.gen';
import { ask, get } from './client';

/** Something that the site sends to others: a mail, a call. */
export type Effect = Schema.Effect;

export const EFFECT_STATES = ['ready', 'sending', 'done', 'failed', 'unknown'] as const satisfies Schema.EffectState[];

export const effectsQuery = (state: string) =>
  queryOptions({
    queryKey: ['effects', state],
    queryFn: async ({ signal }) => (await get<Schema.Answers['list_effects']>('/effects', { state }, signal)).effects,
  });

/** Says what becomes of what was not delivered. */
export async function settleEffect(id: string, as: 'retry' | 'done' | 'failed'): Promise<void> {
  await ask('POST', `/effects/${id}/settle`, { body: { as } });
}
