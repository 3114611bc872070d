import { useMutation, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changePassword } from '../../api/account';
import { toast } from '../../ui/toast';
import { Card, Entry, Wrong } from './Card';
import styles from './profile.module.css';

/** Another password: all other sessions and tokens end with the old one. */
export function Password() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const changing = useMutation({
    mutationFn: () => changePassword(old, next),
    onSuccess: async () => {
      setOld('');
      setNext('');
      toast({ text: t('profile.passwordChanged'), tone: 'done' });
      await queries.invalidateQueries({ queryKey: ['account'] });
    },
  });
  return (
    <Card title={t('signIn.password')} help={t('profile.passwordHelp')}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          changing.mutate();
        }}
      >
        <Entry
          label={t('profile.oldPassword')}
          type="password"
          autoComplete="current-password"
          value={old}
          onChange={setOld}
        />
        <Entry
          label={t('signIn.newPassword')}
          type="password"
          autoComplete="new-password"
          value={next}
          onChange={setNext}
        />
        <Button htmlType="submit" loading={changing.isPending}>
          {t('profile.changePassword')}
        </Button>
      </form>
      <Wrong error={changing.error} />
    </Card>
  );
}
