import type { TFunction } from 'i18next';

/** What rules speak of, in words of the reader. */
export interface Named {
  role: (name: string) => string;
  /** What a path is called that begins at the record; nothing where the reader does not know it. */
  field: (path: string) => string | undefined;
}

/** Why somebody is asked, in words: the server tells the rule. */
export function reasonOf(t: TFunction, why: string | readonly string[], named: Named): string {
  if (typeof why !== 'string') return [...new Set(why.map((one) => reasonOf(t, one, named)))].join(', ');
  const [, role] = /^role (\S+)$/.exec(why) ?? [];
  if (role !== undefined) return t('flows.why.role', { role: named.role(role) });
  const [, level, , of] = /^superior (\d+)( of (\S+))?$/.exec(why) ?? [];
  if (level !== undefined) {
    const whose = whoseOf(t, of, named);
    if (level === '1') return t('flows.why.superior', { whose });
    return t('flows.why.superiorOf', { whose, count: Number(level) });
  }
  const head = /^head of the department( of (\S+))?$/.exec(why);
  if (head) return t('flows.why.head', { whose: whoseOf(t, head[2], named) });
  const field = /^field( (\S+))?$/.exec(why);
  if (field) {
    const path = field[2];
    if (path === 'initiator') return t('flows.why.isInitiator');
    return t('flows.why.field', { field: whoseOf(t, path, named) });
  }
  if (why.startsWith('user ')) return t('flows.why.user');
  const key = FIXED[why];
  return key === undefined ? why : t(key);
}

/** What the server says in the same words each time. */
const FIXED: Record<string, string> = {
  'condition of the step': 'flows.why.condition',
  'named by the initiator': 'flows.why.namedByInitiator',
  'named by an earlier approver': 'flows.why.namedByApprover',
  "superior of the initiator, in the initiator's place": 'flows.why.insteadSuperior',
  "head of the initiator's department, in the initiator's place": 'flows.why.insteadHead',
};

function whoseOf(t: TFunction, path: string | undefined, { field }: Named): string {
  if (path === 'initiator' || path === 'assignee') return t(`flows.of.${path}`);
  if (path?.startsWith('initiator.')) return t('flows.of.ofInitiator');
  return (path === undefined ? undefined : field(path)) ?? t('flows.of.record');
}
