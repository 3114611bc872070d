import { expect, test } from 'vitest';
import type { Json } from '../json';
import { restriction } from './restrict';
import type { Tree, Type } from './tree';

const ACCOUNT: Type = { reference: 'crm.account' };

const own = (field: string, t: Type = 'text'): Tree => ({
  op: 'path',
  t,
  root: 'row',
  steps: [['crm.contact', field]],
});
const of = (field: string, t: Type = 'text'): Tree => ({
  op: 'path',
  t,
  root: 'record',
  steps: field.split('.').map((name) => ['crm.quote', name] as const),
});
const user = (field: string, t: Type): Tree => ({ op: 'path', t, root: 'user', steps: [['base.user', field]] });
const is = (v: Json, t: Type): Tree => ({ op: 'literal', t, v });
const op = (name: string, ...a: Tree[]): Tree => ({ op: name, t: 'boolean', a });

const record = {
  account: { id: '0193-a', title: 'Acme' },
  none: null,
  amount: '12.50',
  kind: 'a "b"',
  limit: 90,
  colours: ['red', 'blue'],
};

function check(condition: Tree, expected: string | readonly string[]) {
  const clock = { today: 20_000, now: 0n, zone: 'UTC' } as never;
  const found = restriction(condition, { records: { record, user: { id: '0193-u' } }, clock });
  expect(found.kind === 'some' ? found.filter : found.lacking).toEqual(expected);
}

test.each<[string, Tree, string | readonly string[]]>([
  ['a field of the candidate alone', own('active', 'boolean'), 'active'],
  ['a reference of the record', op('==', own('account', ACCOUNT), of('account', ACCOUNT)), '(account == "0193-a")'],
  ['nothing chosen yet', op('==', own('account', ACCOUNT), of('none', ACCOUNT)), ['none']],
  ['what is not known is left to the server', op('==', own('city'), of('account.city')), ''],
  [
    'what is known beside it is not',
    op('&&', op('==', own('city'), of('account.city')), op('<=', own('price', 'decimal'), of('amount', 'decimal'))),
    '(price <= 12.5)',
  ],
  ['text is quoted', op('!=', own('kind'), of('kind')), '(kind != "a \\"b\\"")'],
  ['a condition on the record alone that holds', op('==', of('kind'), is('a "b"', 'text')), ''],
  ['one that does not', op('==', of('kind'), is('x', 'text')), []],
  ['or with null', op('||', own('open', 'boolean'), op('==', own('a'), of('none'))), '(open || ())'],
  ['not', op('!', op('==', own('kind'), is('x', 'text'))), '!(kind == "x")'],
  ['one of a list', op('in', own('kind'), is('x', 'text'), of('none'), of('kind')), '(kind in ["x", "a \\"b\\""])'],
  ['a length of time', op('>', own('work', 'duration'), of('limit', 'duration')), '(work > "90s")'],
  [
    'the user as far as he is known',
    op(
      '&&',
      op('==', own('owner', { reference: 'base.user' }), user('id', { reference: 'base.user' })),
      op('==', own('x'), user('y', 'text')),
    ),
    '(owner == "0193-u") && (x == user.y)',
  ],
  [
    'a function',
    op(
      '==',
      { op: 'call', t: 'text', f: 'lower', a: [own('code')] },
      { op: 'call', t: 'text', f: 'lower', a: [of('kind')] },
    ),
    '(lower(code) == "a \\"b\\"")',
  ],
  ['emptiness of what is null here', { op: 'call', t: 'boolean', f: 'is_empty', a: [of('none')] }, ''],
  ['what is not written', op('switch', own('a')), ''],
])('%s', (_, condition, expected) => check(condition, expected));
