import { expect, test } from 'vitest';
import { restriction } from '../definition/expression/restrict';
import { clockAt } from '../definition/expression/zone';
import { offered } from './offered';

const id = '01936f6e-5c1a-7c3e-9a41-0b8a6d1f2c11';

test.each([
  [[], undefined, '(active == true)'],
  [[id], null, `(active == true) && !(id in ["${id}"])`],
  [[], [id], `(active == true) && (id in ["${id}"])`],
])('without %j and among %j people are found by %s', (without, among, filter) => {
  const scope = { records: { record: {}, user: { id } }, clock: clockAt('Asia/Taipei') };
  expect(restriction(offered(without, among), scope)).toEqual({ kind: 'some', filter });
});
