import { queryOptions } from '@tanstack/react-query';
import type * as Schema from '../definition/schema.gen';
import { language } from '../texts';
import { get } from './client';

/** What is asked about rights. */
export interface Asking {
  /** The id of whom it is about; oneself where nobody is named. Others only administrators may name. */
  user?: string;
  object: string;
  record?: string;
  /** What is done: `read`, `update` …, or the name of a move or action. */
  action?: string;
  field?: string;
}

/** What can be done with records of every object. */
export const ACTIONS = [
  'read',
  'create',
  'update',
  'delete',
  'restore',
  'purge',
  'assign',
  'export',
  'import',
  'history',
  'comment',
  'unmask',
] as const;

/** One thing that was looked at. */
export type Reason = Schema.AccessReason;

/** The verdict, and what decided, in the order it is looked at. */
export type Explanation = Schema.AccessExplanation;

export const explanationQuery = (asking: Asking) =>
  queryOptions({
    queryKey: ['access', language(), asking],
    queryFn: ({ signal }) => get<Explanation>('/access/explain', { ...asking }, signal),
    staleTime: 0,
  });
