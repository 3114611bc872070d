/** Functions over child records. */
import { boundedWhole, bounded, fromWhole, mean } from './decimal';
import { extreme } from './functions';
import { truth } from './logic';
import { ask, type Builder, type Evaluate } from './node';
import { walker } from './path';
import type { Scope, WireRecord } from './scope';
import { nameOf, type Root, type Tree } from './tree';
import { OUT_OF_RANGE, UNKNOWN, type Result } from './value';

/** What the body yields on every child, in their order. */
type Fold = (results: readonly Result[], node: Tree) => Result;

/** How many children a condition holds for, and what is not known of the others. */
interface Held {
  readonly held: number;
  readonly unknown: number;
  readonly of: number;
}

/** Null counts as false. The body is evaluated on every child, so a failure on one is the server's too. */
function condition(decide: (found: Held) => Result): Fold {
  return (results) => {
    const truths = results.map(truth);
    if (truths.includes(OUT_OF_RANGE)) return OUT_OF_RANGE;
    const count = (wanted: Result): number => truths.filter((value) => value === wanted).length;
    return decide({ held: count(true), unknown: count(UNKNOWN), of: truths.length });
  };
}

/** The values that are there; or why there is no result. Nulls are left out. */
function numbers(results: readonly Result[]): bigint[] | typeof UNKNOWN | typeof OUT_OF_RANGE {
  if (results.includes(OUT_OF_RANGE)) return OUT_OF_RANGE;
  const present = results.filter((value) => value !== null);
  const found = present.filter((value) => typeof value === 'bigint');
  return found.length === present.length ? found : UNKNOWN;
}

/** Of numbers only the total must be in range, of lengths of time every step. */
const sum: Fold = (results, node) => {
  const found = numbers(results);
  if (!Array.isArray(found)) return found;
  const isDuration = nameOf(node.t) === 'duration';
  let total = 0n;
  for (const n of found) {
    total += n;
    if (isDuration && boundedWhole(total) === OUT_OF_RANGE) return OUT_OF_RANGE;
  }
  return isDuration ? total : bounded(total);
};

const average: Fold = (results) => {
  const found = numbers(results);
  if (!Array.isArray(found)) return found;
  const total = found.reduce((a, b) => a + b, 0n);
  return found.length === 0 ? null : mean(total, found.length);
};

const FOLDS: Readonly<Record<string, Fold>> = {
  sum,
  avg: average,
  min: (results) => extreme(results, 1),
  max: (results) => extreme(results, -1),
  count: condition(({ held, unknown }) => (unknown > 0 ? UNKNOWN : fromWhole(held))),
  any: condition(({ held, unknown }) => held > 0 || (unknown > 0 ? UNKNOWN : false)),
  all: condition(({ held, unknown, of }) => {
    if (held + unknown < of) return false;
    return unknown > 0 ? UNKNOWN : true;
  }),
};

/** Inside, bare names are the child, and `record` is the record outside. */
function onEach(children: readonly unknown[], body: Evaluate, outer: Root, scope: Scope): Result[] {
  const { record: _outside, row: _row, ...others } = scope.records;
  const outside = scope.records[outer];
  const records: { -readonly [R in Root]?: WireRecord | null } = { ...others };
  if (outside !== undefined) records.record = outside;
  // One scope for all of them: only the row changes from child to child.
  const inside: Scope = { ...scope, records };
  return children.map((child) => {
    records.row = child as WireRecord;
    return body(inside);
  });
}

/** The children at the end of the steps; of no record there are none. */
function childrenOf(wire: unknown): readonly unknown[] | typeof UNKNOWN {
  if (wire === null) return [];
  return Array.isArray(wire) ? wire : UNKNOWN;
}

export const children: Builder = (node, operands) => {
  const walk = walker(node);
  const body = operands[0];
  const fold = FOLDS[node.f ?? ''];
  const outer = node.outer ?? 'row';
  if (fold === undefined) return ask;
  return (scope) => {
    const found = childrenOf(walk(scope));
    if (found === UNKNOWN) return UNKNOWN;
    if (body === undefined) return fromWhole(found.length);
    return fold(onEach(found, body, outer, scope), node);
  };
};
