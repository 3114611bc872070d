import { preference } from '../ui/preference';

/** How many records are remembered. */
const MOST = 200;

const kept = preference<string>('seen', ['[]'], true);

type Seen = [record: string, version: number];

/** Remembers the version of a record that somebody looked at, on this device. */
export function saw(record: string, version: number): void {
  const others = read(kept.get()).filter(([id]) => id !== record);
  kept.set(JSON.stringify([[record, version], ...others].slice(0, MOST)));
}

/** The version of a record that was looked at last. */
export function lastSeen(record: string): number | undefined {
  return read(kept.get()).find(([id]) => id === record)?.[1];
}

/** Forgets them: another person may use this browser next. */
export function forgetSeen(): void {
  kept.set('[]');
}

function read(text: string): Seen[] {
  try {
    const found: unknown = JSON.parse(text);
    const known = (one: unknown): one is Seen =>
      Array.isArray(one) && typeof one[0] === 'string' && typeof one[1] === 'number';
    return Array.isArray(found) ? found.filter(known) : [];
  } catch {
    return [];
  }
}
