/**
 * What an expression is evaluated on, and what "unknown" means.
 *
 * A page rarely knows all that the server knows: a reference comes as `{id, title}` with a few of
 * its fields, a field that the user may not read does not come at all. What is **absent** from a
 * record (no such member, or undefined) is **unknown**; only `null` is null. An unknown value may be
 * anything, null too, so it is never taken for null.
 *
 * A result is either **known** (for whatever the unknown values are the server finds the same), or
 * **unknown**, and then the decision is the server's:
 *
 * - `&&` is false where one operand is false, `||` true where one is true, whatever the others are.
 * - An operation that needs all its operands is null where one is null; otherwise unknown where one
 *   is unknown. Division by zero is null, also of an unknown dividend.
 * - `a in [...]` is true where an entry is equal; of `[]` false; null where `a` is null.
 * - `if` and `switch` over something unknown are unknown, `??` is at its first unknown operand.
 * - `is_empty`, `min` and `max` of something unknown are unknown.
 * - Over children: unknown where the children are, or where a child's value is and could change the
 *   result; `any` is true where one is true, `all` false where one is false or null.
 *
 * Not every known result is found (`x == x` of an unknown `x` is unknown), but none is invented. The
 * one thing that is left out of account: with another value of what is unknown, the server might
 * find that a number is out of range.
 *
 * So that a result is known, a page gives every field it knows: in a form for a new record `null`
 * for the fields left empty. It leaves out what it does not know: masked values, fields the server
 * fills in, and `lines` of which it holds only some (deleted rows are not children and are left out
 * of the list).
 */
import type { Root } from './tree';
import type { Clock } from './zone';

/**
 * A record in the wire form: decimals are strings, a reference is `{"id", "title", …}` with the
 * fields that are known of it, or its bare id; children are a list of records.
 */
export interface WireRecord {
  readonly [field: string]: unknown;
}

/** What an expression is evaluated on. */
export interface Scope {
  /**
   * The records by root: `row` for bare names, `record` for the outer record, `old`, `user`, … A null
   * record has nothing but nulls (`old` on create); one that is absent is unknown. They are records,
   * not references: of `{"id", "title"}` the `title` would be taken for a field of that name.
   */
  readonly records: { readonly [R in Root]?: WireRecord | null };
  /** The parameters of the action or flow, in the wire form. */
  readonly parameters?: WireRecord;
  /** The clock and the site's time zone. */
  readonly clock: Clock;
  /**
   * Whether `node` lies at or below `ancestor` in the tree of `object`, where the page knows the tree.
   * Without it, and where it yields undefined, the answer is unknown.
   */
  readonly within?: (object: string, node: string, ancestor: string) => boolean | undefined;
}
