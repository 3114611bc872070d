import { useQuery, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../../api/once';
import { endOthers, endSession, sessionsQuery } from '../../api/account';
import { moment } from '../../fields/date';
import { Card, End, Wrong } from './Card';
import { programOf } from './program';
import styles from './profile.module.css';

/** Where one is signed in. */
export function Sessions() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data = [], error } = useQuery(sessionsQuery);
  const ending = useOnce({
    mutationFn: (id: string | null) => (id === null ? endOthers() : endSession(id)),
    onSuccess: () => queries.invalidateQueries(sessionsQuery),
  });
  return (
    <Card title={t('profile.sessions')} help={t('profile.sessionsHelp')}>
      <ul className={styles.rows}>
        {data.map((one) => (
          <li key={one.id}>
            <div>
              <strong>{programOf(one.agent) ?? t('profile.program')}</strong>
              {one.current && ` · ${t('profile.here')}`}
              <div className={styles.about}>
                {one.address} · {moment(one.last_used_at)}
              </div>
            </div>
            {!one.current && <End ending={ending} id={one.id} />}
          </li>
        ))}
      </ul>
      {data.some((one) => !one.current) && (
        <div>
          <Button danger loading={ending.isPending && ending.variables === null} onClick={() => ending.mutate(null)}>
            {t('profile.endOthers')}
          </Button>
        </div>
      )}
      <Wrong error={error ?? ending.error} />
    </Card>
  );
}
