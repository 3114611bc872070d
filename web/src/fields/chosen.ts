import { forgetKept } from '../api/local';

/** How many are remembered for an object. */
const MOST = 8;

const BEGINNING = 'lifeloom.chosen.';
const keyOf = (person: string, object: string) => `${BEGINNING}${person}.${object}`;

/** The records that somebody chose last here, by their ids alone: what they are called is asked for each time. */
export function chosenLast(person: string, object: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(person, object)) ?? '[]');
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/** Remembers that this one was chosen. */
export function rememberChosen(person: string, object: string, id: string): void {
  const next = [id, ...chosenLast(person, object).filter((one) => one !== id)].slice(0, MOST);
  try {
    localStorage.setItem(keyOf(person, object), JSON.stringify(next));
  } catch {
    // A browser that keeps nothing offers nothing.
  }
}

/** Forgets what anybody chose in this browser: somebody signs out of it. */
export function forgetChosen(): void {
  forgetKept(BEGINNING);
}
