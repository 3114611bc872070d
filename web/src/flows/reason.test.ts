import type { TFunction } from 'i18next';
import { expect, test } from 'vitest';
import { reasonOf } from './reason';

/** Keys with what stands in them: `flows.why.role(role=Legal)`. */
const t = ((key: string, values: object = {}) => {
  const words = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return key.replace('flows.', '') + (words.length > 0 ? `(${words.join(' ')})` : '');
}) as unknown as TFunction;
const named = {
  role: (name: string) => name.toUpperCase(),
  field: (path: string) => (path.startsWith('record.owner') ? 'Owner' : undefined),
};

test.each([
  ['role crm.finance', 'why.role(role=CRM.FINANCE)'],
  ['user ann', 'why.user'],
  ['superior 1 of initiator', 'why.superior(whose=of.initiator)'],
  ['superior 3 of initiator', 'why.superiorOf(whose=of.initiator count=3)'],
  ['superior 1 of record.owner', 'why.superior(whose=Owner)'],
  ['superior 1', 'why.superior(whose=of.record)'],
  ['superior 1 of assignee', 'why.superior(whose=of.assignee)'],
  ['head of the department of initiator', 'why.head(whose=of.initiator)'],
  ['head of the department', 'why.head(whose=of.record)'],
  ['field record.owner', 'why.field(field=Owner)'],
  ['field record.secret', 'why.field(field=of.record)'],
  ['field initiator.manager', 'why.field(field=of.ofInitiator)'],
  ['field initiator', 'why.isInitiator'],
  ['field', 'why.field(field=of.record)'],
  ['condition of the step', 'why.condition'],
  ['named by the initiator', 'why.namedByInitiator'],
  ['named by an earlier approver', 'why.namedByApprover'],
  ["superior of the initiator, in the initiator's place", 'why.insteadSuperior'],
  ['something new', 'something new'],
  [['role a.b', 'role a.b', 'user ann'], 'why.role(role=A.B), why.user'],
])('%j is told as %s', (why, expected) => expect(reasonOf(t, why, named)).toBe(expected));
