import type { SlowStep } from '../../../api/flows';

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A length of time by its two largest units: `2 days 3 hr`. */
export function duration(seconds: number, language: string): string {
  const whole = Math.max(0, Math.round(seconds));
  const at = UNITS.findIndex(([, length]) => whole >= length);
  const written = (count: number, unit: string) =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(count);
  const [unit, length] = UNITS[at < 0 ? UNITS.length - 1 : at] as (typeof UNITS)[number];
  const next = UNITS[at + 1];
  const rest = next === undefined ? 0 : Math.floor((whole % length) / next[1]);
  const first = written(Math.floor(whole / length), unit);
  return next === undefined || at < 0 || rest === 0 ? first : `${first} ${written(rest, next[0])}`;
}

/** What steps are sorted by. */
export const MEASURES = ['p90', 'median', 'longest', 'passed', 'return_rate', 'waiting'] as const;
export type Measure = (typeof MEASURES)[number];

/** The steps with the largest first; those that have no figure stand at the end. */
export function sorted(steps: readonly SlowStep[], by: Measure, up: boolean): SlowStep[] {
  const direction = up ? 1 : -1;
  return steps.toSorted((a, b) => {
    const [x, y] = [a[by], b[by]];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return (x - y) * direction;
  });
}

/** A table as CSV, for spreadsheets: quoted where it must be, and no text that one would take for a formula. */
export function csv(rows: readonly (readonly (string | number | null)[])[]): string {
  const cell = (value: string | number | null) => {
    if (value === null) return '';
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}
