import { useQuery, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Popconfirm from 'antd/es/popconfirm';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../../../api/once';
import { accountQuery, givePassword, takeSecondFactor } from '../../../api/users';
import { Panel } from '../../../ui/Panel';
import { toast } from '../../../ui/toast';
import { ActButton } from '../ActButton';
import styles from '../admin.module.css';
import { Wrong } from '../Wrong';

/** For who has forgotten the password, or lost the device. Both cannot be taken back, and are asked for. */
export function Entrance({ user }: { user: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data, error } = useQuery(accountQuery(user));
  const giving = useOnce({
    mutationFn: () => givePassword(user),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['users', user] }),
    onError: (error) => toast({ text: error.message, tone: 'wrong' }),
  });
  return (
    <Panel title={t('admin.users.entrance')} help={t('admin.users.entranceHelp')}>
      <div className={styles.actions}>
        <Popconfirm
          title={t('admin.users.passwordAsk')}
          okText={t('admin.users.givePassword')}
          onConfirm={() => giving.mutate()}
        >
          <Button loading={giving.isPending}>{t('admin.users.givePassword')}</Button>
        </Popconfirm>
        {data?.second_factor && (
          <ActButton
            danger
            label={t('admin.users.takeFactor')}
            ask={t('admin.users.factorAsk')}
            act={() => takeSecondFactor(user)}
            changed={[['users', user]]}
            done={t('admin.users.factorTaken')}
          />
        )}
      </div>
      {error && data === undefined && <Wrong>{error.message}</Wrong>}
      {data?.second_factor === false && <p className={styles.quiet}>{t('admin.users.noFactor')}</p>}
      {giving.data && (
        <p role="status">
          {t('profile.once')} <code className={styles.code}>{giving.data}</code>
        </p>
      )}
    </Panel>
  );
}
