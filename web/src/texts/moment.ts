import { language } from '.';

/** How long ago or how soon, in words: `3 minutes ago`. */
export function relative(value: string, now: number): string {
  const seconds = (Date.parse(value) - now) / 1000;
  const words = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' });
  const steps = [
    ['year', 31_557_600],
    ['month', 2_629_800],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return words.format(0, 'second');
}

/** How long something took, in its two greatest units: `2 days 3 hr`. */
export function lasted(seconds: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  const words = (value: number, unit: string) =>
    new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'short' }).format(value);
  const at = units.findIndex(([, length]) => seconds >= length);
  const first = units[at];
  if (first === undefined) return words(Math.round(seconds), 'second');
  const count = Math.floor(seconds / first[1]);
  const next = units[at + 1];
  const rest = next === undefined ? 0 : Math.floor((seconds - count * first[1]) / next[1]);
  return next === undefined || rest === 0
    ? words(count, first[0])
    : `${words(count, first[0])} ${words(rest, next[0])}`;
}
