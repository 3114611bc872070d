import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { endTokenOf, tokensOfQuery } from '../../../api/users';
import { moment } from '../../../fields/date';
import { Held } from './Held';

/** Tokens with which programs act for somebody. */
export function Tokens({ user }: { user: string }) {
  const { t } = useTranslation();
  const found = useQuery(tokensOfQuery(user));
  const at = (value: string | null) => <span className="number">{value === null ? '—' : moment(value)}</span>;
  return (
    <Held
      user={user}
      title={t('profile.tokens')}
      nothing={t('admin.users.noTokens')}
      found={found}
      columns={[
        { key: 'label', label: t('profile.label'), cell: (one) => one.label },
        { key: 'until', label: t('admin.users.until'), narrow: true, cell: (one) => at(one.expires_at) },
        { key: 'used', label: t('admin.users.lastUsed'), narrow: true, cell: (one) => at(one.last_used_at) },
      ]}
      end={(id) => endTokenOf(user, id)}
    />
  );
}
