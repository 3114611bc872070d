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
