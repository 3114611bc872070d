import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import { endSessionOf, sessionsOfQuery } from '../../../api/users';
import { moment } from '../../../fields/date';
import { Panel } from '../../../ui/Panel';
import { Table } from '../../../ui/Table';
import styles from '../admin.module.css';
import { useAct } from '../useAct';

/** Where somebody is signed in. */
export function Sessions({ user }: { user: string }) {
  const { t } = useTranslation();
  const { data = [], error } = useQuery(sessionsOfQuery(user));
  const ending = useAct((id: string | null) => endSessionOf(user, id), [['users', user]]);
  return (
    <Panel
      title={t('profile.sessions')}
      actions={data.length > 0 && <Button onClick={() => ending.mutate(null)}>{t('admin.users.endAll')}</Button>}
    >
      {error && <p className={styles.wrong}>{error.message}</p>}
      {data.length === 0 ? (
        <p className={styles.quiet}>{t('admin.users.noSessions')}</p>
      ) : (
        <Table
          label={t('profile.sessions')}
          rows={data}
          id={(one) => one.id}
          columns={[
            { key: 'agent', label: t('admin.users.program'), cell: (one) => one.agent ?? t('profile.program') },
            { key: 'address', label: t('admin.audit.address'), cell: (one) => one.address },
            {
              key: 'used',
              label: t('admin.users.lastUsed'),
              narrow: true,
              cell: (one) => <span className="number">{moment(one.last_used_at ?? one.created_at)}</span>,
            },
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
