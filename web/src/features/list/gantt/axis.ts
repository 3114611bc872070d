import type { Span } from './time';

/** How closely one looks at time. */
export const SCALES = ['day', 'week', 'month', 'quarter'] as const;
export type Scale = (typeof SCALES)[number];

/** Pixels of a day. */
const WIDTHS: Record<Scale, number> = { day: 40, week: 16, month: 5, quarter: 1.75 };
/** Days around what there is, so that bars can be carried further. */
const AROUND: Record<Scale, number> = { day: 14, week: 28, month: 92, quarter: 184 };
/** Browsers place nothing beyond some thirty million pixels. */
const MOST = 20_000_000;

/** A stretch of the axis with what stands above it. */
export interface Tick extends Span {
  label: string;
  /** A day on which most do not work. */
  free: boolean;
}

/** The axis: from where to where, and how many pixels a day has. */
export interface Axis extends Span {
  scale: Scale;
  width: number;
}

/** An axis on which all spans and today have room. */
export function axisOf(spans: readonly Span[], today: number, scale: Scale): Axis {
  let [start, end] = [today, today];
  for (const span of spans) {
    start = Math.min(start, span.start);
    end = Math.max(end, span.end);
  }
  start = beginOf(scale, Math.floor(start) - AROUND[scale]);
  end = nextOf(scale, beginOf(scale, Math.ceil(end) + AROUND[scale]));
  return { scale, start, end, width: Math.min(WIDTHS[scale], MOST / (end - start)) };
}

/** Pixels from the begin of the axis to a place. */
export function pixelsTo(axis: Axis, place: number): number {
  return (place - axis.start) * axis.width;
}

const DAY = 86_400_000;
const dateOf = (place: number) => new Date(place * DAY);
const placeOf = (year: number, month: number, day = 1) => Date.UTC(year, month, day) / DAY;

/** The unit of the lower line of each scale, and that of the line above it. */
const UNITS = {
  day: ['day', 'month'],
  week: ['week', 'month'],
  month: ['month', 'year'],
  quarter: ['quarter', 'year'],
} as const;
type Unit = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** Where the unit begins in which a place lies. */
function beginOf(unit: Unit, place: number): number {
  const date = dateOf(place);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (unit === 'day') return Math.floor(place);
  // Weeks begin on Monday, as ISO 8601 has it.
  if (unit === 'week') return Math.floor(place) - ((date.getUTCDay() + 6) % 7);
  if (unit === 'month') return placeOf(year, month);
  return unit === 'quarter' ? placeOf(year, month - (month % 3)) : placeOf(year, 0);
}

/** Where the unit after this one begins. */
function nextOf(unit: Unit, begin: number): number {
  const date = dateOf(begin);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (unit === 'day') return begin + 1;
  if (unit === 'week') return begin + 7;
  if (unit === 'month') return placeOf(year, month + 1);
  return unit === 'quarter' ? placeOf(year, month + 3) : placeOf(year + 1, 0);
}

/** The two lines of the axis between two places. */
export function ticksOf({ scale, ...axis }: Axis, from: number, to: number, language: string) {
  const [lower, upper] = UNITS[scale];
  const [first, last] = [Math.max(axis.start, from), Math.min(axis.end, to)];
  return { upper: line(upper, first, last, language), lower: line(lower, first, last, language) };
}

function line(unit: Unit, from: number, to: number, language: string): Tick[] {
  const label = labels(unit, language);
  const ticks: Tick[] = [];
  for (let start = beginOf(unit, from); start < to; start = nextOf(unit, start)) {
    const date = dateOf(start);
    ticks.push({
      start,
      end: nextOf(unit, start),
      label: label(date),
      free: unit === 'day' && (date.getUTCDay() === 0 || date.getUTCDay() === 6),
    });
  }
  return ticks;
}

function labels(unit: Unit, language: string): (date: Date) => string {
  if (unit === 'day' || unit === 'week') return (date) => String(date.getUTCDate());
  if (unit === 'quarter') return (date) => `Q${Math.floor(date.getUTCMonth() / 3) + 1}`;
  const form = unit === 'year' ? ({ year: 'numeric' } as const) : ({ year: 'numeric', month: 'short' } as const);
  const words = new Intl.DateTimeFormat(language, { ...form, timeZone: 'UTC' });
  return (date) => words.format(date);
}
