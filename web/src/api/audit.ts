import { infiniteQueryOptions } from '@tanstack/react-query';
import type * as Schema from '../definition/schema.gen';
import { get } from './client';

/** Which entries. */
export interface AuditFilter {
  actor?: string;
  kind?: string;
  object?: string;
  record?: string;
  from?: string;
  until?: string;
}

/** Something that somebody did. */
export type AuditEntry = Schema.AuditEntry;

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) =>
      get<Schema.Answers['list_audit']>(
        '/audit',
        { ...filter, limit: 50, ...(pageParam === '' ? {} : { cursor: pageParam }) },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });

/** Whether the trail is what was written. */
export type Verification = Schema.AuditVerification;

export function verifyAudit(): Promise<Verification> {
  return get<Verification>('/audit/verification');
}
