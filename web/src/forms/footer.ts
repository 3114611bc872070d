import type { Json } from '../definition/json';
import type { FormField } from '../definition/types';

type Figure = FormField['footer'][string];

/** A decimal as a whole number of its smallest unit, so that sums of money are exact. */
function scaled(text: string, places: number): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const digits = BigInt(whole + fraction.padEnd(places, '0').slice(0, places));
  return text.startsWith('-') ? -digits : digits;
}

function unscaled(value: bigint, places: number): string {
  const digits = String(value < 0n ? -value : value).padStart(places + 1, '0');
  const cut = digits.length - places;
  const text = places === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
  return value < 0n ? `-${text}` : text;
}

/** What stands below a column. Nothing counts as nothing: lines without a value are left out. */
export function figure(which: Figure, values: readonly Json[]): Json {
  const given = values.filter((value) => value !== null).map(String);
  if (which === 'count') return given.length;
  const numbers = given.filter((text) => /^-?\d+(\.\d+)?$/.test(text));
  if (numbers.length === 0) return which === 'sum' ? '0' : null;
  const places = Math.max(...numbers.map((text) => text.split('.')[1]?.length ?? 0));
  const all = numbers.map((text) => scaled(text, places));
  const sum = all.reduce((a, b) => a + b, 0n);
  switch (which) {
    case 'sum':
      return unscaled(sum, places);
    case 'avg':
      return unscaled(halfAway(sum, BigInt(all.length)), places);
    case 'min':
      return unscaled(
        all.reduce((a, b) => (b < a ? b : a)),
        places,
      );
    case 'max':
      return unscaled(
        all.reduce((a, b) => (b > a ? b : a)),
        places,
      );
  }
}

/** Division rounded to the nearest, halves away from zero. */
function halfAway(sum: bigint, count: bigint): bigint {
  const magnitude = ((sum < 0n ? -sum : sum) * 2n + count) / (count * 2n);
  return sum < 0n ? -magnitude : magnitude;
}
