import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../definition/problem';
import { type Asking, explanationQuery, type Reason } from '../api/access';
import { useLabels } from '../api/definitions';
import { ErrorState } from '../ui/ErrorState';
import { Waiting } from '../ui/Skeleton';
import styles from './Explanation.module.css';

/** Whether somebody may do something, and what decided, in the reader's words. */
export function Explanation({ asking }: { asking: Asking }) {
  const { t } = useTranslation();
  const found = useQuery(explanationQuery(asking));
  const say = useWords(asking);
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  const { allowed, reasons, user } = found.data;
  const Icon = allowed ? CircleCheck : CircleX;
  const key = `explain.${allowed ? 'allowed' : 'refused'}${asking.record === undefined ? 'Some' : ''}`;
  return (
    <div role="status">
      <p className={styles.verdict} data-allowed={allowed}>
        <Icon size={18} aria-hidden />
        {t(key, { user: user.login })}
      </p>
      <ol className={styles.reasons}>
        {reasons.map((reason, at) => (
          <li key={at}>{say(reason)}</li>
        ))}
      </ol>
    </div>
  );
}

/** A reason as a sentence; roles and objects by what people call them. */
function useWords({ object, field }: Asking): (reason: Reason) => string {
  const { t } = useTranslation();
  const called = useLabels();
  return (reason) => {
    switch (reason.kind) {
      case 'admin':
        return t('explain.admin', { role: called('role', reason.role) });
      case 'no_grant':
        return t('explain.noGrant', { object: called('object', object) });
      case 'grant': {
        const said = { role: called('role', reason.role), scope: t(`explain.scopes.${reason.scope}`) };
        return t('explain.grant', said) + held(reason.holds, 'explain.inScope', 'explain.notInScope');
      }
      case 'restriction':
        return (
          t('explain.restriction', { role: called('role', reason.role) }) +
          held(reason.holds, 'explain.open', 'explain.closed')
        );
      case 'parent':
        return t('explain.parent', { object: called('object', reason.object) });
      case 'field':
        return t('explain.field', {
          role: called('role', reason.role),
          field: field ?? '',
          right: t(`explain.rights.${reason.right}`),
        });
      case 'hidden_input':
        return t('explain.hiddenInput', { object: called('object', reason.object), field: reason.field });
    }
  };
  function held(holds: boolean | null, yes: string, no: string): string {
    return holds === null ? '' : t(holds ? yes : no);
  }
}
