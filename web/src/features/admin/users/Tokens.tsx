import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import { endTokenOf, tokensOfQuery } from '../../../api/users';
import { moment } from '../../../fields/date';
import { Panel } from '../../../ui/Panel';
import { Table } from '../../../ui/Table';
import styles from '../admin.module.css';
import { useAct } from '../useAct';

/** Tokens with which programs act for somebody. */
export function Tokens({ user }: { user: string }) {
  const { t } = useTranslation();
  const { data = [], error } = useQuery(tokensOfQuery(user));
  const ending = useAct((id: string) => endTokenOf(user, id), [['users', user]]);
  const at = (value: string | null) => <span className="number">{value === null ? '—' : moment(value)}</span>;
  return (
    <Panel title={t('profile.tokens')}>
      {error && <p className={styles.wrong}>{error.message}</p>}
      {data.length === 0 ? (
        <p className={styles.quiet}>{t('admin.users.noTokens')}</p>
      ) : (
        <Table
          label={t('profile.tokens')}
          rows={data}
          id={(one) => one.id}
          columns={[
            { key: 'label', label: t('profile.label'), cell: (one) => one.label },
            { key: 'until', label: t('admin.users.until'), narrow: true, cell: (one) => at(one.expires_at) },
            { key: 'used', label: t('admin.users.lastUsed'), narrow: true, cell: (one) => at(one.last_used_at) },
            {
              key: 'end',
              label: t('profile.end'),
              narrow: true,
              cell: (one) => (
                <Button size="small" onClick={() => ending.mutate(one.id)}>
                  {t('profile.end')}
                </Button>
              ),
            },
          ]}
        />
      )}
    </Panel>
  );
}
