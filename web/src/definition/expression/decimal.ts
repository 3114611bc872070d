/**
 * Exact numbers, as the server computes them.
 *
 * A number has at most 18 digits before the point and 10 after it. What needs more places is
 * rounded half away from zero at the tenth; what is larger is {@link OUT_OF_RANGE}. There is no
 * other rounding rule: half to even does not occur.
 *
 * A number is a `bigint` that counts units of 10^-10. Every number in range has such a form, so
 * sums are exact as they stand, and products and quotients are rounded once. No library is needed,
 * and the limits are the server's by construction. Trailing zeros are not kept: `1.50` is `1.5`.
 */
import { OUT_OF_RANGE } from './value';

/** Places after the point. */
export const PLACES = 10;

/** One. */
export const ONE = 10n ** BigInt(PLACES);

/** The first number that is too large: 10^18. */
const LIMIT = 10n ** 18n * ONE;

/** The first whole count (seconds of a duration) that is too large. */
const WHOLE_LIMIT = 10n ** 18n;

/** A number or the mark that it is too large. */
export type Bounded = bigint | typeof OUT_OF_RANGE;

/** Refuses what is too large. */
export function bounded(n: bigint): Bounded {
  return n < LIMIT && n > -LIMIT ? n : OUT_OF_RANGE;
}

/** Refuses a count that is too large. */
export function boundedWhole(n: bigint): Bounded {
  return n < WHOLE_LIMIT && n > -WHOLE_LIMIT ? n : OUT_OF_RANGE;
}

/** `n / by`, half away from zero; `by` is positive. */
function divideRounding(n: bigint, by: bigint): bigint {
  const quotient = n / by;
  const rest = n % by;
  if ((rest < 0n ? -rest : rest) * 2n < by) return quotient;
  return n < 0n ? quotient - 1n : quotient + 1n;
}

/** The product, at ten places. */
export function multiply(a: bigint, b: bigint): Bounded {
  return bounded(divideRounding(a * b, ONE));
}

/** The quotient at ten places; the caller has excluded a zero divisor. */
export function divide(a: bigint, b: bigint): Bounded {
  return bounded(b < 0n ? divideRounding(-a * ONE, -b) : divideRounding(a * ONE, b));
}

/** The mean of `count` numbers with that sum; the sum itself may be out of range. */
export function mean(sum: bigint, count: number): Bounded {
  return bounded(divideRounding(sum, BigInt(count)));
}

/** Half away from zero at `places`. */
export function round(n: bigint, places: number): Bounded {
  if (places >= PLACES) return n;
  const unit = 10n ** BigInt(PLACES - places);
  return bounded(divideRounding(n, unit) * unit);
}

/** The largest whole number that is not larger. */
export function floor(n: bigint): Bounded {
  const rest = n % ONE;
  return bounded(rest < 0n ? n - rest - ONE : n - rest);
}

/** The smallest whole number that is not smaller. */
export function ceil(n: bigint): Bounded {
  const rest = n % ONE;
  return bounded(rest > 0n ? n - rest + ONE : n - rest);
}

/** A whole number. */
export function fromWhole(n: number | bigint): bigint {
  return BigInt(n) * ONE;
}

/** The whole part as a JavaScript number; beyond 2^53 only its size is right. */
export function toNumber(n: bigint): number {
  return Number(n / ONE);
}

const FORM = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** Reads `-12.50`; undefined where the text is no number. */
export function parseDecimal(text: string): Bounded | undefined {
  const found = FORM.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = '', places = ''] = found;
  let n = BigInt(whole + places.slice(0, PLACES).padEnd(PLACES, '0'));
  // Half away from zero looks at the first digit that is dropped only.
  if (places.length > PLACES && places.charAt(PLACES) >= '5') n += 1n;
  return bounded(sign === '-' ? -n : n);
}

/** `-12.5`: without trailing zeros, and zero without a sign. */
export function formatDecimal(n: bigint): string {
  const digits = (n < 0n ? -n : n).toString().padStart(PLACES + 1, '0');
  const places = digits.slice(-PLACES).replace(/0+$/, '');
  const whole = digits.slice(0, -PLACES);
  return (n < 0n ? '-' : '') + whole + (places === '' ? '' : `.${places}`);
}

/**
 * A decimal in the wire form at the scale of the field it goes into, `12.50` for two places, rounded
 * as the server does when it stores it. Undefined where the text is no number in range.
 */
export function atScale(text: string, scale: number): string | undefined {
  const n = parseDecimal(text);
  const rounded = typeof n === 'bigint' ? round(n, scale) : undefined;
  if (typeof rounded !== 'bigint') return undefined;
  const [whole = '', places = ''] = formatDecimal(rounded).split('.');
  return scale === 0 ? whole : `${whole}.${places.padEnd(scale, '0')}`;
}
