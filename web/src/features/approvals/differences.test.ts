import { describe, expect, test } from 'vitest';
import type { Change } from '../../api/records';
import { decidedAbout, differences } from './differences';

const by = { id: 'ann', title: 'Ann', login: 'ann' };
const change = (version: number, field: string, old: Change['old'], now: Change['new']): Change => ({
  at: `2026-11-0${version}T08:00:00Z`,
  by,
  version,
  field,
  old,
  new: now,
});
const CHANGES = [
  change(4, 'amount', '12', '10'),
  change(3, 'note', null, 'Soon'),
  change(3, 'amount', '10', '12'),
  change(2, 'subject', 'Pen', 'Pens'),
];

test.each([
  [4, []],
  [3, [['amount', '12', '10']]],
  [2, [['note', null, 'Soon']]],
  [
    1,
    [
      ['note', null, 'Soon'],
      ['subject', 'Pen', 'Pens'],
    ],
  ],
])('after version %i these have changed: %j', (since, expected) => {
  expect(differences(CHANGES, since).map((one) => [one.field, one.old, one.new])).toEqual(expected);
});

describe('the version that was decided about', () => {
  const decided = (person: string, at: string | null) => ({ decided_by: { ...by, id: person }, decided_at: at });
  test.each([
    ['nobody decided', [], undefined],
    ['somebody else did', [decided('bob', '2026-11-09T08:00:00Z')], undefined],
    ['before all that is told', [decided('ann', '2026-11-01T08:00:00Z')], undefined],
    ['between', [decided('ann', '2026-11-02T09:00:00Z')], 2],
    ['the last one counts', [decided('ann', '2026-11-02T09:00:00Z'), decided('ann', '2026-11-03T09:00:00Z')], 3],
  ])('%s', (_, tasks, expected) => {
    expect(decidedAbout({ tasks } as unknown as Parameters<typeof decidedAbout>[0], 'ann', CHANGES)).toBe(expected);
  });
});
