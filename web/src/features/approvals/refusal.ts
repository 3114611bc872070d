import { Problem } from '../../definition/problem';

/** Why something was refused, by the place where it is said. */
export interface Refusal {
  /** Of the person or the people. */
  person?: string;
  comment?: string;
  /** Of the people of later steps. */
  picks?: string;
  /** Of all other places. */
  whole?: string;
}

/** Where each part of a refusal is said. */
export function refusalOf(error: Error | null): Refusal {
  if (error === null) return {};
  const found: Refusal = {};
  const findings = error instanceof Problem ? [...error.findings] : [];
  for (const [path, words] of findings) found[placeOf(path)] ??= words.join(' ');
  return findings.length === 0 ? { whole: error.message } : found;
}

function placeOf(path: string): keyof Refusal {
  if (path === 'comment') return 'comment';
  if (path.startsWith('picks.')) return 'picks';
  return path === 'to' || path === 'task' || path.startsWith('people') ? 'person' : 'whole';
}
