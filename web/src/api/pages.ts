import type { Page } from '../definition/types';
import { useAnyDefinition, useDefinitions } from './definitions';

/** The page on which an object's records are shown, where a pack has one. */
export function useRecordPage(object: string): Page | undefined {
  const found = useDefinitions().find((entry) => entry.kind === 'page' && entry.object === object && entry.default);
  return useAnyDefinition('page', found?.name);
}
