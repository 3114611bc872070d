import type { Json } from '../definition/json';
import type { ObjectDefinition } from '../definition/types';
import { sent } from './changed';

type Values = Record<string, Json>;

/** A place that two people changed, each in another way. */
export interface Conflict {
  /** `['name']`, `['lines', id, 'price']`, or `['lines', id]` where one changed a line that the other removed. */
  path: readonly [string] | readonly [string, string] | readonly [string, string, string];
  /** Null where the line is removed. */
  mine: Json;
  theirs: Json;
}

/** What comes of two people's changes of one record. */
export interface Merged {
  /** With mine at every place that both changed. */
  values: Values;
  conflicts: Conflict[];
}

type Of = (object: string) => ObjectDefinition | undefined;

/**
 * Puts the changes of two people together: what one of them changed is taken, what both changed alike is as both want
 * it, and the rest is a conflict. Lines are the same where their ids are.
 *
 * @param before - what both began with
 */
export function merge(object: ObjectDefinition, before: Values, mine: Values, theirs: Values, of: Of): Merged {
  const values: Values = { ...theirs };
  const conflicts: Conflict[] = [];
  for (const [name, field] of Object.entries(object.fields)) {
    if (!field.writable || mine[name] === undefined) continue;
    const [begun, own, other] = [before[name] ?? null, mine[name] ?? null, theirs[name] ?? null];
    if (field.type === 'children') {
      const found = mergeLines(name, of(field.of ?? ''), field.via, lines(begun), lines(own), lines(other));
      values[name] = found.lines;
      conflicts.push(...found.conflicts);
      continue;
    }
    const found = mergeValue(begun, own, other);
    values[name] = found.value;
    if (found.conflict) conflicts.push({ path: [name], mine: own, theirs: other });
  }
  return { values, conflicts };
}

/** The values with theirs at some of the places that both changed. */
export function withTheirs(values: Values, conflicts: readonly Conflict[]): Values {
  const next = { ...values };
  for (const { path, mine, theirs } of conflicts) {
    const [name, id, part] = path;
    if (id === undefined) {
      next[name] = theirs;
      continue;
    }
    const all = lines(next[name] ?? null);
    if (part !== undefined) next[name] = all.map((line) => (line.id === id ? { ...line, [part]: theirs } : line));
    // They removed it, or they kept what I removed.
    else if (theirs === null) next[name] = all.filter((line) => line !== mine);
    else next[name] = [...all, theirs];
  }
  return next;
}

type Line = Values;

const lines = (value: Json): Line[] => (Array.isArray(value) ? (value as Line[]) : []);

/** Whether two values are the same but for what only a reader needs. */
const alike = (a: Json, b: Json) => JSON.stringify(sent(a)) === JSON.stringify(sent(b));

function mergeValue(before: Json, mine: Json, theirs: Json): { value: Json; conflict: boolean } {
  if (alike(mine, before) || alike(mine, theirs)) return { value: theirs, conflict: false };
  return { value: mine, conflict: !alike(theirs, before) };
}

function mergeLines(
  name: string,
  object: ObjectDefinition | undefined,
  via: string | undefined,
  before: Line[],
  mine: Line[],
  theirs: Line[],
): { lines: Line[]; conflicts: Conflict[] } {
  const written = Object.entries(object?.fields ?? {}).filter(([part, field]) => part !== via && field.writable);
  const same = (a: Line, b: Line) => written.every(([part]) => alike(a[part] ?? null, b[part] ?? null));
  const byId = (all: Line[]) =>
    new Map(all.filter((line) => line.id !== undefined).map((line) => [String(line.id), line]));
  const [begun, own, other] = [byId(before), byId(mine), byId(theirs)];
  const conflicts: Conflict[] = [];
  const kept: Line[] = [];
  for (const line of theirs) {
    const id = String(line.id);
    const [first, ours] = [begun.get(id), own.get(id)];
    if (first === undefined) {
      kept.push(line);
    } else if (ours === undefined) {
      // I removed it: that holds, unless they worked on it.
      if (!same(first, line)) conflicts.push({ path: [name, id], mine: null, theirs: line });
    } else {
      const next = { ...line };
      for (const [part] of written) {
        const found = mergeValue(first[part] ?? null, ours[part] ?? null, line[part] ?? null);
        next[part] = found.value;
        if (found.conflict) {
          conflicts.push({ path: [name, id, part], mine: ours[part] ?? null, theirs: line[part] ?? null });
        }
      }
      kept.push(next);
    }
  }
  for (const line of mine) {
    const id = line.id === undefined ? undefined : String(line.id);
    if (id !== undefined && other.has(id)) continue;
    const first = id === undefined ? undefined : begun.get(id);
    if (first !== undefined && same(first, line)) continue;
    // What they removed while I worked on it comes back as a line of its own.
    const { id: _gone, ...again } = line;
    const next = first === undefined ? line : again;
    kept.push(next);
    if (first !== undefined && id !== undefined) conflicts.push({ path: [name, id], mine: next, theirs: null });
  }
  return { lines: kept, conflicts };
}
