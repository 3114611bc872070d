/** How a list is looked at; all of it stands in the address, so that a link shows the same to somebody else. */
export interface ListSearch {
  view?: string;
  /** A way to look at it that somebody saved, by its id. */
  saved?: string;
  /** An expression. */
  filter?: string;
  /** Words. */
  search?: string;
  /** The field whose values make groups. */
  group?: string;
  /** `-amount,name` */
  sort?: string;
}

const NAMES = ['view', 'saved', 'filter', 'search', 'sort', 'group'] as const;

/** Takes from an address what a list understands, and nothing else. */
export function readSearch(search: Record<string, unknown>): ListSearch {
  const read: ListSearch = {};
  for (const name of NAMES) {
    const value = search[name];
    if ((typeof value === 'string' || typeof value === 'number') && value !== '') read[name] = String(value);
  }
  return read;
}
