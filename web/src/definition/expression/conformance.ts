/**
 * The table of cases that every back end runs, for tests only. Its form is described at the head of
 * `crates/xtask/src/codegen/conformance.rs`, which writes it.
 */
import json from './conformance.json';
import type { Outcome } from './evaluate';
import type { Scope, WireRecord } from './scope';
import type { Tree, Type } from './tree';
import { clockAt } from './zone';

interface Surroundings {
  readonly user: string;
  readonly now: string;
  readonly zone: string;
}

interface ObjectShape {
  readonly references: Readonly<Record<string, string>>;
  readonly children: Readonly<Record<string, readonly [object: string, via: string]>>;
  readonly parent?: string;
  readonly records: Readonly<Record<string, WireRecord>>;
}

interface Line extends Partial<Surroundings> {
  readonly name: string;
  readonly source: string;
  readonly object: string;
  readonly old?: string;
  readonly tree: Tree;
  readonly rows?: Readonly<Record<string, unknown>>;
  readonly record?: string;
  readonly error?: 'number_out_of_range';
}

interface Table {
  readonly count: number;
  readonly defaults: Surroundings;
  readonly parameters: Readonly<Record<string, { readonly t: Type; readonly v: unknown }>>;
  readonly objects: Readonly<Record<string, ObjectShape>>;
  readonly cases: readonly Line[];
}

const table = json as unknown as Table;

/** How many cases the table has. */
export const COUNT = table.count;

/** A record that names its references and children in full, as the fixture of the server does. */
type Known = Record<string, unknown>;

/** The object of each record. */
const objectOf = new WeakMap<WireRecord, string>();

/** All records of an object. */
export function recordsOf(record: WireRecord): readonly WireRecord[] {
  return Object.values(world[objectOf.get(record) ?? ''] ?? {});
}

const world = connect();

/** The records by object and alias, each reference and child in its place. */
function connect(): Record<string, Record<string, Known>> {
  const made: Record<string, Record<string, Known>> = {};
  for (const [object, { records }] of Object.entries(table.objects)) {
    const copies = Object.entries(records).map(([alias, record]) => [alias, { ...record }] as const);
    for (const [, copy] of copies) objectOf.set(copy, object);
    made[object] = Object.fromEntries(copies);
  }
  for (const [object, { references }] of Object.entries(table.objects)) {
    for (const record of Object.values(made[object] ?? {})) {
      for (const [field, target] of Object.entries(references)) {
        const targets = Object.values(made[target] ?? {});
        record[field] = targets.find(({ id }) => id === record[field]) ?? null;
      }
    }
  }
  for (const [object, { children }] of Object.entries(table.objects)) {
    for (const record of Object.values(made[object] ?? {})) {
      for (const [field, [child, via]] of Object.entries(children)) {
        record[field] = Object.values(made[child] ?? {}).filter((row) => row[via] === record);
      }
    }
  }
  return made;
}

function find(object: string, alias: string): WireRecord {
  const found = world[object]?.[alias];
  if (found === undefined) throw new Error(`${object} has no record ${alias}`);
  return found;
}

/** Whether a node lies at or below another, by the parents of the fixture. */
function within(object: string, node: string, ancestor: string): boolean {
  const parent = table.objects[object]?.parent ?? '';
  const rows = Object.values(world[object] ?? {});
  let here: unknown = rows.find(({ id }) => id === node);
  while (typeof here === 'object' && here !== null) {
    if ((here as WireRecord).id === ancestor) return true;
    here = (here as WireRecord)[parent];
  }
  return false;
}

const parameters = Object.fromEntries(Object.entries(table.parameters).map(([name, { v }]) => [name, v]));

/** One expression on one record. */
export interface Case {
  readonly title: string;
  readonly source: string;
  readonly record: string;
  readonly tree: Tree;
  readonly scope: Scope;
  readonly expected: Outcome;
}

function caseOf(line: Line, record: string, expected: Outcome): Case {
  const { user, now, zone } = { ...table.defaults, ...line };
  const scope: Scope = {
    records: {
      row: find(line.object, record),
      old: line.old === undefined ? null : find(line.object, line.old),
      user: find('base.user', user),
    },
    parameters,
    clock: clockAt(zone, now),
    within,
  };
  const { source, tree } = line;
  return { title: `${line.name} on ${record}: ${source}`, source, record, tree, scope, expected };
}

function casesOf(line: Line): Case[] {
  if (line.error !== undefined) {
    return [caseOf(line, line.record ?? '', { kind: 'error', code: line.error })];
  }
  return Object.entries(line.rows ?? {}).map(([record, value]) =>
    caseOf(line, record, { kind: 'value', value: value as never }),
  );
}

/** All cases. */
export const CASES: readonly Case[] = table.cases.flatMap(casesOf);

/** The case of that source on that record. */
export function caseNamed(source: string, record: string): Case {
  const found = CASES.find((entry) => entry.source === source && entry.record === record);
  if (found === undefined) throw new Error(`no case ${source} on ${record}`);
  return found;
}
