import { expect, test } from 'vitest';
import type { Json } from '../../definition/json';
import type { Entry } from '../../definition/types';
import { madeOf } from './made';

const ONE = '01900000-0000-7000-8000-000000000001';
const TWO = '01900000-0000-7000-8000-000000000002';
const entries: Entry[] = [
  { kind: 'object', name: 'crm.account', label: 'Account' },
  { kind: 'object', name: 'erp.order', label: 'Order' },
  { kind: 'view', name: 'crm.quote', label: 'Quotes' },
];

function check(answer: Json, expected: string): void {
  const made = madeOf('crm.lead', answer, entries).map(({ object, id }) => `${object} ${id.slice(-1)}`);
  expect(made.join(', ')).toBe(expected);
}

test('an answer tells of records by the names of their objects', () => {
  check({ account: ONE, 'erp.order': TWO }, 'crm.account 1, erp.order 2');
  // Words, figures, and what is no object or not this reader's to know.
  check({ account: 'Bolt Works' }, '');
  check({ account: null, order: ONE, quote: TWO, count: 3 }, '');
  check([ONE], '');
  check(null, '');
  check('done', '');
});
