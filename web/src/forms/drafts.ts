import { forgetKept } from '../api/local';
import type { Json } from '../definition/json';
import type { ObjectDefinition } from '../definition/types';
import { sent } from './changed';

/** What somebody typed and did not save, kept in this browser. */
export interface Draft {
  /** When it was typed last. */
  at: string;
  /** What was changed: from what, to what. */
  fields: Record<string, { before: Json; now: Json }>;
}

const BEGINNING = 'lifeloom.draft.';

/** Where the draft of a person is kept: of a record, or of a new one. */
export const draftKey = (person: string, object: string, id?: string) =>
  `${BEGINNING}${person}.${object}.${id ?? 'new'}`;

/** Somebody has signed out: forms that are still on their way out keep nothing more. */
let signedOut = false;

/** What was typed into a form that is opened now, and left unsaved. */
export function openDraft(key: string): Draft | null {
  signedOut = false;
  return readDraft(key);
}

export function readDraft(key: string): Draft | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as Draft | null;
    return kept !== null && typeof kept.at === 'string' && typeof kept.fields === 'object' ? kept : null;
  } catch {
    return null;
  }
}

/** Keeps a draft, or removes it where nothing is left of it; false where the browser does not keep it. */
export function writeDraft(key: string, draft: Draft): boolean {
  if (signedOut) return true;
  try {
    if (Object.keys(draft.fields).length === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function removeDraft(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Where nothing is kept, nothing is to be removed.
  }
}

/** Removes what anybody typed in this browser: somebody signs out of it. */
export function forgetDrafts(): void {
  signedOut = true;
  forgetKept(BEGINNING);
  try {
    // What this tab alone keeps (a plan of an import, with words of the file) was typed by the same person.
    sessionStorage.clear();
  } catch {
    // As above.
  }
}

/** What was typed into a form: what differs from before. What is stored encrypted is not kept in the open. */
export function typedIn(
  object: ObjectDefinition,
  before: Record<string, Json>,
  now: Record<string, Json>,
  of: (object: string) => ObjectDefinition | undefined,
): Draft['fields'] {
  const fields: Draft['fields'] = {};
  for (const [name, field] of Object.entries(object.fields)) {
    const [begun, value] = [before[name] ?? null, now[name]];
    if (!field.writable || field.encrypted || value === undefined) continue;
    if (JSON.stringify(sent(value)) === JSON.stringify(sent(begun))) continue;
    const lines = field.type === 'children' ? of(field.of ?? '') : undefined;
    fields[name] = lines ? { before: open(lines, begun), now: open(lines, value) } : { before: begun, now: value };
  }
  return fields;
}

/** Lines without what is stored encrypted of them. */
function open(object: ObjectDefinition, lines: Json): Json {
  if (!Array.isArray(lines)) return lines;
  const kept = (line: Json) =>
    Object.entries((line ?? {}) as Record<string, Json>).filter(([name]) => !object.fields[name]?.encrypted);
  return lines.map((line) => Object.fromEntries(kept(line)));
}
