import { describe, expect, it } from 'vitest';
import { CASES, caseNamed, COUNT } from './conformance';
import { dependencies, fieldsRead } from './dependencies';
import { compile, evaluate, holds } from './evaluate';
import type { Scope, WireRecord } from './scope';
import type { Root, Tree } from './tree';

describe('the table of cases', () => {
  it('is whole', () => {
    expect(CASES.length).toBe(COUNT);
    expect(COUNT).toBeGreaterThan(900);
  });

  it.each(CASES)('$title', ({ tree, scope, expected }) => {
    const program = compile(tree);
    expect(program.evaluate(scope)).toEqual(expected);
    // Once more: nothing of the first evaluation may stay in the way.
    expect(program.evaluate(scope)).toEqual(expected);
  });

  it('says of conditions whether they hold: null does not', () => {
    const conditions = CASES.filter(({ tree }) => tree.t === 'boolean');
    expect(conditions.length).toBeGreaterThan(300);
    for (const { title, tree, scope, expected } of conditions) {
      const value = expected.kind === 'value' && expected.value === true;
      expect(holds(tree, scope), title).toEqual({ kind: 'value', value });
    }
  });

  it('yields the same whatever was evaluated before with the same program', () => {
    const programs = new Map<Tree, (typeof CASES)[number][]>();
    for (const entry of CASES) programs.set(entry.tree, [...(programs.get(entry.tree) ?? []), entry]);
    for (const [tree, entries] of programs) {
      for (const { title, scope, expected } of [...entries].reverse()) {
        expect(evaluate(tree, scope), title).toEqual(expected);
      }
    }
  });
});

/** The scope with only the fields of its records that `kept` names, of references and children all. */
function only(scope: Scope, kept: (root: Root) => readonly string[]): Scope {
  const records: { [R in Root]?: WireRecord | null } = {};
  for (const [name, record] of Object.entries(scope.records)) {
    const root = name as Root;
    const fields = kept(root);
    if (record === null || fields.length === 0) continue;
    records[root] = Object.fromEntries(fields.map((field) => [field, record[field]]));
  }
  if (scope.records.old === null) records.old = null;
  return { ...scope, records };
}

describe('dependencies', () => {
  it('name all that is read', () => {
    for (const { title, tree, scope, expected } of CASES) {
      const { paths } = dependencies(tree);
      const kept = (root: Root): string[] =>
        paths.filter((path) => path.root === root).map(({ fields }) => fields[0] ?? '');
      expect(evaluate(tree, only(scope, kept)), title).toEqual(expected);
    }
  });

  it('name nothing that is never read', () => {
    const touched = new Map<Tree, Set<string>>();
    for (const { tree, scope } of CASES) {
      const seen = touched.get(tree) ?? new Set<string>();
      touched.set(tree, seen);
      const watched = Object.entries(scope.records).map(([root, record]) => [
        root,
        record && watch(root, record, seen),
      ]);
      // Each part on its own, for a whole may stop before it has read all.
      const visit = (node: Tree): void => {
        evaluate(node, { ...scope, records: Object.fromEntries(watched) as Scope['records'] });
        if (node.op !== 'children') node.a?.forEach(visit);
      };
      visit(tree);
    }
    for (const { title, tree, scope } of CASES) {
      for (const { root, fields } of dependencies(tree).paths) {
        const isThere = scope.records[root] !== null;
        if (isThere) expect(touched.get(tree), title).toContain(`${root}:${fields[0] ?? ''}`);
      }
    }
  });

  const rows: [source: string, fields: string[], paths: string[]][] = [
    ['amount * rate / 100', ['amount', 'rate'], ['row:amount', 'row:rate']],
    ['count == count', ['count'], ['row:count']],
    ['account.owner.name', ['account'], ['row:account.owner.name']],
    ['old.stage != stage', ['stage'], ['old:stage', 'row:stage']],
    ['owner == user', ['owner'], ['row:owner', 'user:id']],
    ['lines.count()', ['lines'], ['row:lines']],
    ['lines.sum(price + record.count)', ['lines', 'count'], ['row:lines', 'row:lines.price', 'row:count']],
    ['account.deals.sum(amount)', ['account'], ['row:account.deals', 'row:account.deals.amount']],
  ];
  it.each(rows)('of %s', (source, fields, paths) => {
    const { tree } = caseNamed(source, 'full');
    expect(fieldsRead(tree)).toEqual(fields);
    const named = dependencies(tree).paths.map((path) => `${path.root}:${path.fields.join('.')}`);
    expect(named).toEqual(paths);
  });

  it('name the clock, parameters and trees', () => {
    const of = (source: string) => dependencies(caseNamed(source, 'full').tree);
    expect(of('close_date > today()').clock).toBe(true);
    expect(of('close_date > start_date').clock).toBe(false);
    expect(of('amount > threshold').parameters).toEqual(['threshold']);
    expect(of('within(department, user.department)').trees).toEqual(['base.department']);
  });
});

/** Notes the fields that are read of a record. */
function watch(root: string, record: WireRecord, touched: Set<string>): WireRecord {
  return new Proxy(record, {
    get(target, field) {
      touched.add(`${root}:${String(field)}`);
      return target[String(field)];
    },
  });
}
