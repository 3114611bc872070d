import type { Known } from '../../api/visited';
import type { Json } from '../../definition/json';
import type { Entry } from '../../definition/types';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The records that the answer of an action tells of: their ids under the names of their objects, those of the same pack
 * without the pack's name.
 */
export function madeOf(object: string, answer: Json, entries: readonly Entry[]): Known[] {
  if (answer === null || typeof answer !== 'object' || Array.isArray(answer)) return [];
  const [pack = ''] = object.split('.');
  return Object.entries(answer).flatMap(([key, id]) => {
    const name = key.includes('.') ? key : `${pack}.${key}`;
    const known = entries.some((one) => one.kind === 'object' && one.name === name);
    return known && typeof id === 'string' && ID.test(id) ? { object: name, id } : [];
  });
}
