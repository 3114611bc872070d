import { describe, expect, test } from 'vitest';
import type * as Schema from '../definition/schema.gen';
import { treeAhead } from './ahead';
import { treeTraced } from './traced';
import type { Step } from './tree';

type Within = Schema.StepPlace | null;

/** Where a step lies: `by.large`, `fix!on_error`. */
function place(text: string): Within {
  if (text === '') return null;
  const [at = '', way = 'steps'] = text.split('!');
  const [node = '', branch] = at.split('.');
  return { node, way: way as Schema.StepPlace['way'], branch: branch ?? null, label: branch ?? null };
}

const ann = { id: 'ann', title: 'Ann', login: 'ann' };
const bob = { id: 'bob', title: 'Bob', login: 'bob' };
type Who = typeof ann | null;

function ahead(
  position: number,
  node: string,
  within: string,
  people: Who[],
  more: Partial<Schema.PredictedStep> = {},
): Schema.PredictedStep {
  const asked = people.map((person) => ({
    person,
    why: 'user ann',
    origin: 'assigned',
    in_place_of: null,
    skipped: null,
  }));
  return {
    node,
    label: node,
    position,
    within: place(within),
    state: 'predicted',
    asks: 'approve',
    item: null,
    people: asked,
    branches: null,
    assumed: null,
    due: null,
    expected: null,
    ...more,
  };
}

function left(
  position: number,
  node: string,
  within: string,
  why: Schema.SkippedStep['why'] = 'branch_not_taken',
): Schema.SkippedStep {
  return { node, label: node, position, within: place(within), asks: 'approve', why, branch: null };
}

const path = (
  steps: Schema.PredictedStep[],
  skipped: Schema.SkippedStep[] = [],
  more: Partial<Schema.PredictedPath> = {},
): Schema.PredictedPath => ({
  workflow: 'w',
  steps,
  skipped,
  outcome: 'approved',
  halted: null,
  picks: [],
  finish: null,
  ...more,
});

/** `first:predicted(Ann) by:predicted[large-(boss:skipped) otherwise+()]` */
function drawn(steps: readonly Step[]): string {
  const one = ({ node, state, seats, lanes, times, returns }: Step) => {
    const who = seats.map(
      (seat) => `${seat.person?.title ?? '?'}${seat.state === 'predicted' ? '' : `=${seat.state}`}`,
    );
    const sign = { true: '+', false: '-', null: '?' };
    const inner = lanes.map((lane) => `${lane.name ?? lane.way}${sign[`${lane.taken}`]}(${drawn(lane.steps)})`);
    return [
      `${node}:${state}`,
      times > 1 ? `x${times}` : '',
      returns > 0 ? `<${returns}` : '',
      who.length > 0 ? `(${who.join(' ')})` : '',
      inner.length > 0 ? `[${inner.join(' ')}]` : '',
    ].join('');
  };
  return steps.map(one).join(' ');
}

const CHOICE = [
  { name: 'large', label: 'Large', taken: false },
  { name: 'otherwise', label: 'otherwise', taken: true },
];

describe('the way ahead', () => {
  test.each<[string, Schema.PredictedPath, string]>([
    ['nothing', path([]), ''],
    [
      'in the order of the workflow',
      path([ahead(2, 'last', '', [bob]), ahead(0, 'first', '', [ann])]),
      'first:predicted(Ann) last:predicted(Bob)',
    ],
    ['somebody is yet to be named', path([ahead(0, 'first', '', [null])]), 'first:predicted(?)'],
    [
      'a branch that is left out, and one without steps',
      path(
        [ahead(0, 'by', '', [], { asks: null, branches: CHOICE }), ahead(2, 'last', '', [ann])],
        [left(1, 'boss', 'by.large')],
      ),
      'by:predicted[large-(boss:skipped) otherwise+()] last:predicted(Ann)',
    ],
    [
      'branches at the same time',
      path([
        ahead(0, 'both', '', [], { asks: null }),
        ahead(1, 'one', 'both.left', [ann]),
        ahead(2, 'two', 'both.right', [bob]),
      ]),
      'both:predicted[left+(one:predicted(Ann)) right+(two:predicted(Bob))]',
    ],
    [
      'once for each item',
      path([
        ahead(0, 'items', '', [], { asks: null }),
        ahead(1, 'one', 'items', [ann], { item: 0 }),
        ahead(1, 'one', 'items', [bob], { item: 1 }),
      ]),
      'items:predicted[steps+(one:predictedx2(Ann Bob))]',
    ],
    [
      'where it would be refused',
      path([ahead(0, 'first', '', [])], [left(1, 'last', '', 'not_reached')], {
        outcome: null,
        halted: { node: 'first', label: 'first', code: 'nobody_to_approve', message: 'Nobody' },
      }),
      'first:halted last:skipped',
    ],
  ])('%s', (_, ahead, expected) => expect(drawn(treeAhead(ahead))).toBe(expected));
});

describe('a flow that was begun', () => {
  const step = (
    node: string,
    state: Schema.PathStep['state'],
    within = '',
    more: Partial<Schema.PathStep> = {},
  ): Schema.PathStep => ({
    node,
    label: node,
    asks: 'approve',
    within: place(within),
    state,
    skipped: null,
    since: null,
    until: null,
    seconds: null,
    holders: [],
    returns: 0,
    ...more,
  });
  const task = (node: string, who: Who, state: Schema.Task['state'], created_at = '1') =>
    ({
      id: `${node}${who?.id}${created_at}`,
      node,
      assignee: who,
      state,
      kind: 'approve',
      created_at,
      decided_by: who,
      added: null,
    }) as Schema.Task;
  test.each<[string, Schema.PathStep[], Schema.Task[], Schema.PredictedPath | null, string]>([
    [
      'without what lies ahead',
      [step('first', 'waiting'), step('last', 'open')],
      [task('first', ann, 'open')],
      null,
      'first:waiting(Ann=open) last:later',
    ],
    [
      'with it',
      [step('first', 'taken'), step('mid', 'waiting'), step('last', 'open')],
      [task('first', ann, 'approved'), task('mid', bob, 'open')],
      path([ahead(1, 'mid', '', [bob], { state: 'waiting' }), ahead(2, 'last', '', [ann])]),
      'first:taken(Ann=approved) mid:waiting(Bob=open) last:predicted(Ann)',
    ],
    [
      'sent back: what was decided stands before what is decided anew',
      [step('first', 'waiting'), step('last', 'cancelled', '', { returns: 1 })],
      [task('last', bob, 'returned', '2'), task('first', ann, 'open', '3'), task('first', ann, 'superseded', '1')],
      path([ahead(0, 'first', '', [ann], { state: 'waiting' }), ahead(1, 'last', '', [bob])]),
      'first:waiting(Ann=superseded Ann=open) last:predicted<1(Bob=returned Bob)',
    ],
    [
      'a failure that did not happen',
      [step('call', 'taken'), step('fix', 'open', 'call!on_error')],
      [],
      null,
      'call:taken',
    ],
    [
      'one that did',
      [step('call', 'taken'), step('fix', 'waiting', 'call!on_error')],
      [],
      null,
      'call:taken[on_error+(fix:waiting)]',
    ],
    [
      'a branch that was not taken',
      [step('by', 'taken'), step('boss', 'not_taken', 'by.large')],
      [],
      null,
      'by:taken[large-(boss:not_taken)]',
    ],
    [
      'a branch that was walked, and asked nobody',
      [step('by', 'taken'), step('boss', 'skipped', 'by.large', { skipped: 'nobody' })],
      [],
      null,
      'by:taken[large+(boss:skipped)]',
    ],
    [
      'a branch that may be taken',
      [step('by', 'open'), step('boss', 'open', 'by.large')],
      [],
      null,
      'by:later[large?(boss:later)]',
    ],
  ])('%s', (_, steps, tasks, predicted, expected) => {
    expect(drawn(treeTraced({ path: steps, tasks }, predicted))).toBe(expected);
  });
});
