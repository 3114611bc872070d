/**
 * What parts of an expression yield inside the interpreter.
 *
 * The tree is typed, so values carry no tags: which of these a part yields follows from its type.
 *
 * | type | value |
 * |---|---|
 * | boolean | `boolean` |
 * | integer, decimal | `bigint`, in units of 10^-10 (see `decimal.ts`) |
 * | duration | `bigint`, seconds |
 * | text, select | `string` |
 * | date | `number`, days since 1970-01-01 |
 * | datetime | `bigint`, nanoseconds since 1970-01-01T00:00:00Z |
 * | time | `number`, seconds since midnight |
 * | reference | `string`, the id; {@link Link} where the object is not known from the type |
 * | list | array of such |
 * | address, json | {@link Structure} |
 */

/**
 * A value that only the server knows: a field the page was not given. It may be anything, null too.
 * It is not null, and a result that could depend on it is unknown as well.
 */
export const UNKNOWN: unique symbol = Symbol('unknown');

/** A number (or a day) that no back end can hold. */
export const OUT_OF_RANGE: unique symbol = Symbol('number_out_of_range');

/** What stands where no value is: null (absent, also Kleene's third truth), or one of the two marks. */
export type Lacking = null | typeof UNKNOWN | typeof OUT_OF_RANGE;

/** A record of any object. */
export interface Link {
  readonly object: string;
  readonly id: string;
}

/** A structure that expressions do not look into, but for the parts of an address. */
export interface Structure {
  readonly json: unknown;
}

/** A value that is there. */
export type Present = boolean | bigint | number | string | Link | Structure | readonly Present[];

/** What a part yields. */
export type Result = Present | Lacking;

/** Kleene's truth, and the two marks. */
export type Truth = boolean | Lacking;

/** Whether there is a value. */
export function isPresent(result: Result): result is Present {
  return result !== null && result !== UNKNOWN && result !== OUT_OF_RANGE;
}

/**
 * What an operation yields that needs all its operands, where at least one is lacking. A failure
 * comes first; then null, since null makes the result null whatever an unknown operand holds.
 */
export function lacking(...operands: readonly Result[]): Lacking {
  if (operands.includes(OUT_OF_RANGE)) return OUT_OF_RANGE;
  return operands.includes(null) ? null : UNKNOWN;
}

/** The sign of a comparison: negative, zero or positive; NaN where the two are not comparable. */
export function order(a: Present, b: Present): number {
  if (typeof a === 'string' && typeof b === 'string') return orderText(a, b);
  if (typeof a === 'object' || typeof b === 'object') return orderLinks(a, b);
  if (typeof a !== typeof b) return Number.NaN;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether two values of comparable types are equal. */
export function same(a: Present, b: Present): boolean {
  return a === b || order(a, b) === 0;
}

/** Text sorts by code point; the units of a JavaScript string do so but for surrogate pairs. */
function orderText(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points beyond U+FFFF, so they come after every other unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** References compare by id, with or without the object beside it. */
function orderLinks(a: Present, b: Present): number {
  const x = idOf(a);
  const y = idOf(b);
  return x === null || y === null ? Number.NaN : orderText(x, y);
}

/** The id of a reference; null of anything else. */
export function idOf(value: Present): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && 'id' in value ? value.id : null;
}
