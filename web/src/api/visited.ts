import { preference } from '../ui/preference';

/** A record by where it is. Its title is asked for when it is shown: who may no longer see it learns nothing. */
export interface Known {
  object: string;
  id: string;
}

/** How many are remembered. */
const MOST = 12;

const kept = preference<string>('visited', ['[]'], true);

/** Remembers that somebody looked at a record, on this device. */
export function visited(object: string, id: string): void {
  const others = read(kept.get()).filter((one) => one.id !== id);
  kept.set(JSON.stringify([{ object, id }, ...others].slice(0, MOST)));
}

/** The records looked at last, the newest first. */
export function useVisited(): Known[] {
  return read(kept.use());
}

/** Forgets them: another person may use this browser next. */
export function forgetVisited(): void {
  kept.set('[]');
}

function read(text: string): Known[] {
  try {
    const found: unknown = JSON.parse(text);
    const known = (one: unknown): one is Known =>
      typeof one === 'object' && one !== null && 'object' in one && 'id' in one;
    return Array.isArray(found) ? found.filter(known) : [];
  } catch {
    return [];
  }
}
