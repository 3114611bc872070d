import { describe, expect, it } from 'vitest';
import { CASES, caseNamed, recordsOf } from './conformance';
import { dependencies } from './dependencies';
import { evaluate, holds, type Outcome } from './evaluate';
import type { Scope, WireRecord } from './scope';
import type { Root, Tree } from './tree';
import { clockAt } from './zone';

/** Puts something else in the place of a value. */
type Change = (record: WireRecord, field: string) => WireRecord;

const hide: Change = (record, field) => {
  const { [field]: _hidden, ...rest } = record;
  return rest;
};

const put =
  (value: unknown): Change =>
  (record, field) => ({ ...record, [field]: value });

/** The record changed at the end of a path; in a list of children in each of them. */
function changed(record: unknown, fields: readonly string[], change: Change): unknown {
  if (Array.isArray(record)) return record.map((child: unknown) => changed(child, fields, change));
  if (typeof record !== 'object' || record === null) return record;
  const [field = '', ...rest] = fields;
  const known = record as WireRecord;
  if (rest.length === 0) return change(known, field);
  return field in known ? { ...known, [field]: changed(known[field], rest, change) } : known;
}

function changedScope(scope: Scope, root: Root, fields: readonly string[], change: Change): Scope {
  const record = changed(scope.records[root], fields, change) as WireRecord;
  return { ...scope, records: { ...scope.records, [root]: record } };
}

/** What could stand at the end of a path: null, and what the other records of that object have. */
function alternatives(record: unknown, fields: readonly string[]): unknown[] {
  const [field = '', ...rest] = fields;
  const here = Array.isArray(record) ? (record as unknown[])[0] : record;
  if (typeof here !== 'object' || here === null) return [];
  const known = here as WireRecord;
  if (rest.length > 0) return alternatives(known[field], rest);
  return [null, ...recordsOf(known).map((other) => other[field])];
}

const unknown: Outcome<never> = { kind: 'unknown' };
const value = <T>(known: T): Outcome<T> => ({ kind: 'value', value: known });

describe('a hidden field', () => {
  it('leaves only what holds whatever it is', () => {
    const seen = { known: 0, unknown: 0 };
    for (const { title, tree, scope } of CASES) {
      for (const { root, fields } of dependencies(tree).paths) {
        for (let depth = 1; depth <= fields.length; depth++) {
          const place = fields.slice(0, depth);
          const found = evaluate(tree, changedScope(scope, root, place, hide));
          seen[found.kind === 'unknown' ? 'unknown' : 'known']++;
          if (found.kind === 'unknown') continue;
          for (const other of alternatives(scope.records[root], place)) {
            const outcome = evaluate(tree, changedScope(scope, root, place, put(other)));
            if (outcome.kind !== 'error')
              expect(outcome, `${title} without ${place.join('.')}`).toEqual(found);
          }
        }
      }
    }
    expect(seen.unknown).toBeGreaterThan(800);
    expect(seen.known).toBeGreaterThan(100);
  });

  const rows: [source: string, record: string, hidden: string, expected: Outcome][] = [
    // One operand decides.
    ['active && false', 'full', 'active', value(false)],
    ['active && true', 'full', 'active', unknown],
    ['active && flag', 'full', 'active', value(false)],
    ['active && flag', 'negative', 'active', unknown],
    ['active && flag', 'empty', 'active', unknown],
    ['active || true', 'full', 'active', value(true)],
    ['active || flag', 'negative', 'active', value(true)],
    ['active || flag', 'empty', 'active', unknown],
    ['!active', 'full', 'active', unknown],
    // Null wins over unknown where all operands are needed.
    ['count + other', 'full', 'count', unknown],
    ['count + other', 'empty', 'count', value(null)],
    ['amount / cost', 'negative', 'amount', value(null)],
    ['amount > cost', 'full', 'cost', unknown],
    ['amount > cost', 'empty', 'cost', value(null)],
    ['contains(name, "二期")', 'full', 'name', unknown],
    ['stage in []', 'full', 'stage', value(false)],
    ['count in [other, 7]', 'full', 'other', value(true)],
    ['count in [other, 7]', 'negative', 'other', unknown],
    ['count in [other, 7]', 'empty', 'other', value(null)],
    // Unknown is not null.
    ['is_empty(name)', 'full', 'name', unknown],
    ['count ?? 0', 'full', 'count', unknown],
    ['max(count, 0)', 'full', 'count', unknown],
    ['len(tags)', 'full', 'tags', unknown],
    ['address.city', 'full', 'address', unknown],
    // Choices.
    ['if active { "yes" } else { "no" }', 'full', 'active', unknown],
    ['switch stage { "qualify" => 10, "proposal" => 50, _ => 0 }', 'full', 'stage', unknown],
    ['if stage == "won" { amount } else { cost }', 'full', 'amount', value('333.33')],
    // Children.
    ['lines.count()', 'full', 'lines', unknown],
    ['lines.sum(price)', 'full', 'lines', unknown],
    ['lines.sum(price)', 'full', 'lines.price', unknown],
    ['lines.sum(price)', 'empty', 'lines.price', value('0')],
    ['lines.any(is_empty(price))', 'full', 'lines.price', unknown],
    ['lines.count()', 'full', 'lines.price', value(3)],
    ['is_empty(lines)', 'full', 'lines', unknown],
    // References.
    ['account.name', 'full', 'account.name', unknown],
    ['account.name', 'full', 'account', unknown],
    ['account.owner.name', 'full', 'account.owner', unknown],
    ['owner == user.id', 'full', 'owner.name', value(true)],
  ];
  it.each(rows)('%s on %s without %s', (source, record, hidden, expected) => {
    const { tree, scope } = caseNamed(source, record);
    expect(evaluate(tree, changedScope(scope, 'row', hidden.split('.'), hide))).toEqual(expected);
  });
});

describe("some of the children's values", () => {
  const lines = (...optional: (boolean | null | undefined)[]): WireRecord => ({
    lines: optional.map((entry) => (entry === undefined ? {} : { optional: entry })),
  });
  const rows: [optional: (boolean | null | undefined)[], any: Outcome, count: Outcome][] = [
    [[true, undefined], value(true), unknown],
    [[false, undefined], unknown, unknown],
    [[null, false], value(false), value(0)],
    [[true, null], value(true), value(1)],
    [[], value(false), value(0)],
  ];
  it.each(rows)('optional: %j', (optional, any, count) => {
    const on = (source: string): Outcome => {
      const { tree, scope } = caseNamed(source, 'full');
      return evaluate(tree, { ...scope, records: { row: lines(...optional) } });
    };
    expect(on('lines.any(optional)')).toEqual(any);
    expect(on('lines.count(optional)')).toEqual(count);
  });
});

describe('what a page holds of a record', () => {
  const clock = clockAt('Asia/Shanghai', '2026-03-10T02:30:00Z');
  const on = (source: string, row: WireRecord): Outcome =>
    evaluate(caseNamed(source, 'full').tree, { records: { row }, clock });
  const owner = '01900000-0000-7000-8000-000000000006';

  it('may be a reference with its title, or the bare id', () => {
    const source = `owner == "${owner}"`;
    for (const held of [owner, { id: owner }, { id: owner, title: '李莉' }, { id: owner, title: null }]) {
      expect(on(source, { owner: held })).toEqual(value(true));
      expect(on('account.name', { account: held })).toEqual(unknown);
    }
    expect(on('account.name', { account: { id: owner, title: 'A', name: 'B' } })).toEqual(value('B'));
    expect(on('account.name', { account: null })).toEqual(value(null));
  });

  it('takes the title of a reference for no field', () => {
    const title: Tree = {
      op: 'path',
      t: 'text',
      root: 'row',
      steps: [
        ['test.deal', 'owner'],
        ['base.user', 'title'],
      ],
    };
    const row = { owner: { id: owner, title: '李莉' }, title: 'a field' };
    expect(evaluate(title, { records: { row }, clock })).toEqual(unknown);
    const own: Tree = { ...title, steps: [['test.deal', 'title']] };
    expect(evaluate(own, { records: { row }, clock })).toEqual(value('a field'));
  });

  it("is unknown where it is not of the field's type, or not exact any more", () => {
    const rows: [source: string, row: WireRecord, expected: Outcome][] = [
      ['count + 1', { count: 2 ** 53 }, unknown],
      ['count + 1', { count: '9007199254740993' }, value('9007199254740994')],
      ['count + 1', { count: '7' }, value(8)],
      ['count + 1', { count: 7.5 }, unknown],
      ['count + 1', { count: '' }, unknown],
      ['count + 1', { count: '1000000000000000000' }, { kind: 'error', code: 'number_out_of_range' }],
      ['-amount', { amount: '1e3' }, unknown],
      ['-amount', { amount: '0.00000000005' }, value('-0.0000000001')],
      ['-amount', { amount: 12.5 }, value('-12.5')],
      ['close_date + 1', { close_date: '2026-02-30' }, unknown],
      ['close_date + 1', { close_date: '31.03.2026' }, unknown],
      ['!active', { active: 'true' }, unknown],
      ['len(tags)', { tags: 'hot' }, unknown],
      ['lines.count()', { lines: {} }, unknown],
    ];
    for (const [source, row, expected] of rows) expect(on(source, row), source).toEqual(expected);
  });

  it('leaves records that are not there to the server', () => {
    const { tree } = caseNamed('old.stage != stage', 'full');
    const row = { stage: 'won' };
    expect(holds(tree, { records: { row }, clock })).toEqual(unknown);
    expect(holds(tree, { records: { row, old: null }, clock })).toEqual(value(false));
    expect(holds(tree, { records: { row, old: {} }, clock })).toEqual(unknown);
  });

  it('needs a tree for `within`, but for a node in itself', () => {
    const { tree, scope } = caseNamed('within(department, user.department)', 'full');
    const { within: _tree, ...rest } = scope;
    expect(evaluate(tree, rest)).toEqual(value(true));
    expect(evaluate(tree, { ...rest, records: { ...rest.records, row: { department: owner } } })).toEqual(
      unknown,
    );
    expect(evaluate(tree, { ...rest, records: { ...rest.records, row: { department: null } } })).toEqual(
      value(null),
    );
  });

  it('leaves a time zone that the browser does not know to the server', () => {
    const moon = clockAt('Moon/Tycho', '2026-03-10T02:30:00Z');
    const here = (source: string): Outcome =>
      evaluate(caseNamed(source, 'full').tree, { ...caseNamed(source, 'full').scope, clock: moon });
    for (const source of ['today()', 'date(signed_at)', 'datetime("2026-03-10")', 'add_days(now(), 1)']) {
      expect(here(source), source).toEqual(unknown);
    }
    expect(here('now()')).toEqual(value('2026-03-10T02:30:00Z'));
    expect(here('close_date + 1')).toEqual(value('2026-04-01'));
  });

  it('does not fail where the server may have stopped before', () => {
    const { tree, scope } = caseNamed('count * 2', 'large');
    const failing: Tree = { op: '>', t: 'boolean', a: [tree, { op: 'literal', t: 'integer', v: 1 }] };
    const active: Tree = { op: 'path', t: 'boolean', root: 'row', steps: [['test.deal', 'active']] };
    const on = (op: string, held: WireRecord): Outcome => {
      const row = { ...scope.records.row, ...held };
      return evaluate({ op, t: 'boolean', a: [active, failing] }, { ...scope, records: { row } });
    };
    const failed: Outcome = { kind: 'error', code: 'number_out_of_range' };
    expect(on('&&', { active: undefined })).toEqual(unknown);
    expect(on('&&', { active: true })).toEqual(failed);
    expect(on('&&', { active: null })).toEqual(failed);
    expect(on('&&', { active: false })).toEqual(value(false));
    expect(on('||', { active: undefined })).toEqual(unknown);
    expect(on('in', { active: undefined })).toEqual(failed);
  });

  it('is read again where an object was changed in place', () => {
    const tags = ['hot'];
    const address: Record<string, unknown> = { city: '杭州' };
    const row = { tags, address };
    expect(on('len(tags)', row)).toEqual(value(1));
    expect(on('address.city', row)).toEqual(value('杭州'));
    tags.push('vip');
    address.city = '苏州';
    expect(on('len(tags)', row)).toEqual(value(2));
    expect(on('address.city', row)).toEqual(value('苏州'));
  });

  it('leaves what this program does not know to the server', () => {
    const row = { count: 7 };
    const scope: Scope = { records: { row }, clock };
    const count: Tree = { op: 'path', t: 'integer', root: 'row', steps: [['test.deal', 'count']] };
    expect(evaluate({ op: 'power', t: 'integer', a: [count] }, scope)).toEqual(unknown);
    expect(evaluate({ op: 'call', f: 'sqrt', t: 'integer', a: [count] }, scope)).toEqual(unknown);
    expect(
      evaluate({ op: '+', t: 'integer', a: [count, { op: 'literal', t: 'text', v: 'x' }] }, scope),
    ).toEqual(unknown);
    const either: Tree = {
      op: '||',
      t: 'boolean',
      a: [
        { op: 'power', t: 'boolean' },
        { op: 'literal', t: 'boolean', v: true },
      ],
    };
    expect(evaluate(either, scope)).toEqual(value(true));
  });
});
