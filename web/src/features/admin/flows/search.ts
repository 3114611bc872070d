import type { FlowSelection } from '../../../api/flows';

/** Which flows are looked at; it stands in the address. */
export interface FlowsSearch {
  workflow?: string;
  object?: string;
  state?: string;
  node?: string;
  /** Who started it, by id, and what that person is called. */
  initiator?: string;
  name?: string;
  /** Days. */
  from?: string;
  until?: string;
  q?: string;
  incident?: boolean;
  overdue?: boolean;
  outdated?: boolean;
}

const WORDS = ['workflow', 'object', 'state', 'node', 'initiator', 'name', 'from', 'until', 'q'] as const;
const FLAGS = ['incident', 'overdue', 'outdated'] as const;

export function readFlowsSearch(search: Record<string, unknown>): FlowsSearch {
  const read: FlowsSearch = {};
  for (const name of WORDS) {
    // What looks like a number comes as one from an address.
    const value = typeof search[name] === 'number' && name === 'q' ? String(search[name]) : search[name];
    if (typeof value !== 'string' || value === '') continue;
    if ((name === 'from' || name === 'until') && !isDay(value)) continue;
    read[name] = value;
  }
  for (const name of FLAGS) if (search[name] === true) read[name] = true;
  return read;
}

/** The search with some of it changed; what is empty is left out. A step belongs to its workflow. */
export function turned(
  search: FlowsSearch,
  next: { [K in keyof FlowsSearch]?: FlowsSearch[K] | undefined },
): FlowsSearch {
  const all = { ...search, ...next };
  if ('workflow' in next && next.workflow !== search.workflow && !('node' in next)) delete all.node;
  if (all.initiator === undefined || all.initiator === '') delete all.name;
  return readFlowsSearch(all);
}

/** What the server is asked for. */
export function selectionOf({ name: _name, from, until, ...rest }: FlowsSearch): FlowSelection {
  return { ...rest, ...spanOf(from, until) };
}

/** Whole days, as the reader's clock has them. */
export function spanOf(from: string | undefined, until: string | undefined): { since?: string; until?: string } {
  return {
    ...(from === undefined ? {} : { since: new Date(`${from}T00:00`).toISOString() }),
    ...(until === undefined ? {} : { until: new Date(`${until}T23:59:59.999`).toISOString() }),
  };
}

/** Whether something is asked for that stands among the further filters. */
export const asksFurther = ({ object, node, initiator, from, until }: FlowsSearch) =>
  [object, node, initiator, from, until].some((one) => one !== undefined);

function isDay(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
}

/** Whose times are looked at, and of which days. */
export interface SpanSearch {
  workflow?: string;
  /** Days. */
  from?: string;
  until?: string;
}

export function readSpanSearch({ workflow, from, until }: Record<string, unknown>): SpanSearch {
  const day = (value: unknown): value is string => typeof value === 'string' && isDay(value);
  return {
    ...(typeof workflow === 'string' ? { workflow } : {}),
    ...(day(from) ? { from } : {}),
    ...(day(until) ? { until } : {}),
  };
}
