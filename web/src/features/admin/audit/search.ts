/** Which entries are looked at; it stands in the address. */
export interface AuditSearch {
  /** Who, by id, and what that person is called. */
  actor?: string;
  name?: string;
  kind?: string;
  object?: string;
  record?: string;
  /** Days. */
  from?: string;
  until?: string;
}

const NAMES = ['actor', 'name', 'kind', 'object', 'record', 'from', 'until'] as const;

export function readAuditSearch(search: Record<string, unknown>): AuditSearch {
  const read: AuditSearch = {};
  for (const name of NAMES) {
    const value = search[name];
    if (typeof value === 'string' && value !== '') read[name] = value;
  }
  return read;
}
