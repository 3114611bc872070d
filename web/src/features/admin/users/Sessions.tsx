import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { endSessionOf, sessionsOfQuery } from '../../../api/users';
import { moment } from '../../../fields/date';
import { ActButton } from '../ActButton';
import { Held } from './Held';

/** Where somebody is signed in. */
export function Sessions({ user }: { user: string }) {
  const { t } = useTranslation();
  const found = useQuery(sessionsOfQuery(user));
  const some = found.data !== undefined && found.data.length > 0;
  return (
    <Held
      user={user}
      title={t('profile.sessions')}
      nothing={t('admin.users.noSessions')}
      found={found}
      columns={[
        { key: 'agent', label: t('admin.users.program'), cell: (one) => one.agent ?? t('profile.program') },
        { key: 'address', label: t('admin.audit.address'), cell: (one) => one.address ?? '—' },
        {
          key: 'used',
          label: t('admin.users.lastUsed'),
          narrow: true,
          cell: (one) => <span className="number">{moment(one.last_used_at)}</span>,
        },
      ]}
      end={(id) => endSessionOf(user, id)}
      actions={
        some && (
          <ActButton label={t('admin.users.endAll')} act={() => endSessionOf(user, null)} changed={[['users', user]]} />
        )
      }
    />
  );
}
