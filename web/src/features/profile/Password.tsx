import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../../api/once';
import { changePassword } from '../../api/account';
import { toast } from '../../ui/toast';
import { Card, Form, PasswordEntry } from './Card';

/** Another password: all other sessions and tokens end with the old one. */
export function Password() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const changing = useOnce({
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
      <Form
        label={t('profile.changePassword')}
        busy={changing.isPending}
        error={changing.error}
        onSubmit={() => changing.mutate()}
      >
        <PasswordEntry label={t('profile.oldPassword')} value={old} onChange={setOld} />
        <PasswordEntry next label={t('signIn.newPassword')} value={next} onChange={setNext} />
      </Form>
    </Card>
  );
}
