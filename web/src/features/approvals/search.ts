import type { BoxFilter } from '../../api/boxFilter';
import type { Box } from '../../api/tasks';

const WORDS = ['workflow', 'object', 'initiator', 'state', 'since', 'until', 'q'] as const;
const FLAGS = ['unread', 'overdue'] as const;

/** Takes from an address what a box can be narrowed down by, and nothing else. */
export function readBoxSearch(search: Record<string, unknown>): BoxFilter {
  const read: BoxFilter = {};
  for (const name of WORDS) {
    const value = search[name];
    if ((typeof value === 'string' || typeof value === 'number') && value !== '') read[name] = String(value);
  }
  for (const name of FLAGS) if (search[name] === true) read[name] = true;
  return read;
}

/** What of a filter another box knows, too: states are its own, and only what is to do can be late. */
export function carried({ state: _, overdue, ...rest }: BoxFilter, to: Box): BoxFilter {
  const kept = to === 'started' ? without(rest, 'initiator', 'unread') : rest;
  return to === 'todo' && overdue ? { ...kept, overdue } : kept;
}

/** A filter without some of what it asks. */
export function without(filter: BoxFilter, ...names: (keyof BoxFilter)[]): BoxFilter {
  return Object.fromEntries(Object.entries(filter).filter(([name]) => !names.includes(name as keyof BoxFilter)));
}

/** States that what lies in a box can have; none where it has but one. */
export const STATES: Partial<Record<Box, readonly string[]>> = {
  done: ['approved', 'rejected', 'returned', 'done'],
  started: ['running', 'suspended', 'approved', 'rejected', 'withdrawn', 'cancelled'],
};
