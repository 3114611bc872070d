import type { Json } from '../../../definition/json';

/*
 * Places on the axis of time are days since 1970 by the calendar: what a day is has no hour, and what is a moment
 * stands where the reader's own clock shows it.
 */

const DAY = 86_400_000;
const MINUTE = 60_000;

/** Where a date or a moment stands; `null` where it is none. */
export function placeOf(value: Json | undefined, days: boolean): number | null {
  if (typeof value !== 'string') return null;
  const at = new Date(days ? `${value}T00:00:00Z` : value);
  const time = at.getTime();
  if (Number.isNaN(time)) return null;
  return (days ? time : time - at.getTimezoneOffset() * MINUTE) / DAY;
}

/** The date or moment at a place, as it travels. */
export function valueOf(place: number, days: boolean): string {
  const shown = new Date(Math.round(place * DAY));
  if (days) return shown.toISOString().slice(0, 10);
  const parts = [shown.getUTCHours(), shown.getUTCMinutes(), shown.getUTCSeconds()] as const;
  return new Date(shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate(), ...parts).toISOString();
}

/** Where now is. */
export function placeOfNow(now: Date): number {
  return (now.getTime() - now.getTimezoneOffset() * MINUTE) / DAY;
}

/** From where to where something lasts; a last day is a whole one, so that `end` is the begin of the next. */
export interface Span {
  start: number;
  end: number;
}

/** What lasts from one value to another; what has no end ends where it begins. */
export function spanOf(start: Json | undefined, end: Json | undefined, days: boolean): Span | null {
  const from = placeOf(start, days);
  if (from === null) return null;
  const to = Math.max(from, placeOf(end, days) ?? from);
  return { start: from, end: days ? to + 1 : to };
}

/** What a hand does with a bar. */
export type Grip = 'move' | 'start' | 'end';

/** A span after a hand has moved it or one of its edges; it never ends before it begins. */
export function moved({ start, end }: Span, grip: Grip, by: number, days: boolean): Span {
  const least = days ? 1 : 0;
  if (grip === 'move') return { start: start + by, end: end + by };
  if (grip === 'start') return { start: Math.min(start + by, end - least), end };
  return { start, end: Math.max(end + by, start + least) };
}

/** The begin and the end of a span as they travel. */
export function valuesOf({ start, end }: Span, days: boolean): { start: string; end: string } {
  return { start: valueOf(start, days), end: valueOf(days ? end - 1 : end, days) };
}
