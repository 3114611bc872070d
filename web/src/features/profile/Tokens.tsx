import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../../api/once';
import { endToken, makeToken, tokensQuery } from '../../api/account';
import { moment } from '../../fields/date';
import { Card, End, Entry, Form } from './Card';
import styles from './profile.module.css';

/** Tokens of programs that act for the person. */
export function Tokens() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data = [], error } = useQuery(tokensQuery);
  const [label, setLabel] = useState('');
  const [days, setDays] = useState('90');
  const refresh = () => queries.invalidateQueries(tokensQuery);
  const making = useOnce({
    mutationFn: () => makeToken(label, Number(days)),
    onSuccess: async () => {
      setLabel('');
      await refresh();
    },
  });
  const ending = useOnce({ mutationFn: endToken, onSuccess: refresh });
  return (
    <Card title={t('profile.tokens')} help={t('profile.tokensHelp')}>
      <ul className={styles.rows}>
        {data.map((one) => (
          <li key={one.id}>
            <div>
              <strong>{one.label}</strong>
              <div className={styles.about}>
                {one.expires_at && `${t('profile.until', { moment: moment(one.expires_at) })} · `}
                {t('profile.used', { moment: moment(one.last_used_at) })}
              </div>
            </div>
            <End ending={ending} id={one.id} />
          </li>
        ))}
      </ul>
      {making.data && (
        <p role="status">
          {t('profile.once')} <code className={styles.token}>{making.data}</code>
        </p>
      )}
      <Form
        label={t('profile.make')}
        busy={making.isPending}
        error={error ?? making.error ?? ending.error}
        onSubmit={() => making.mutate()}
      >
        <Entry label={t('profile.label')} value={label} onChange={setLabel} />
        <Entry label={t('profile.days')} type="number" value={days} onChange={setDays} />
      </Form>
    </Card>
  );
}
