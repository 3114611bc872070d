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
    if (typeof value !== 'string' || value === '') continue;
    if ((name === 'from' || name === 'until') && !isDay(value)) continue;
    read[name] = value;
  }
  return read;
}

function isDay(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
}
