/** What of a box is asked for. */
export interface BoxFilter {
  workflow?: string;
  object?: string;
  /** The id of who began it. */
  initiator?: string;
  state?: string;
  /** Days, as they are here: the first, and the last that counts. */
  since?: string;
  until?: string;
  unread?: boolean;
  /** Of the box of what is to do only. */
  overdue?: boolean;
  /** Words in the title of the record. */
  q?: string;
}

/** A filter as it is asked: days begin and end where the reader is. */
export function asked({ since, until, unread, overdue, ...rest }: BoxFilter): Record<string, string | undefined> {
  const [first, last] = [since && new Date(`${since}T00:00`), until && new Date(`${until}T23:59:59.999`)];
  return {
    ...rest,
    since: first ? first.toISOString() : undefined,
    until: last ? last.toISOString() : undefined,
    unread: unread ? 'true' : undefined,
    overdue: overdue ? 'true' : undefined,
  };
}
