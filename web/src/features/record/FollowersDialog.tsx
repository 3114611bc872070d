import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../definition/problem';
import { followersQuery } from '../../api/followers';
import { Dialog } from '../../ui/Dialog';
import { ErrorState } from '../../ui/ErrorState';
import { Face } from '../../ui/Face';
import { Waiting } from '../../ui/Skeleton';
import styles from './record.module.css';

/** Who follows a record, as far as the reader may know them. */
export function FollowersDialog({ object, id, onClose }: { object: string; id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const found = useQuery(followersQuery(object, id));
  const followers = found.data?.followers;
  return (
    <Dialog title={t('record.followers')} onClose={onClose}>
      {failureOf(found) ? (
        <ErrorState error={found.error} reset={() => void found.refetch()} />
      ) : followers === undefined ? (
        <Waiting />
      ) : followers.length === 0 ? (
        <p>{t('record.noFollowers')}</p>
      ) : (
        <ul className={styles.people}>
          {followers.map(({ id: person, title }) => (
            <li key={person}>
              <Face name={title ?? '—'} />
              {title ?? '—'}
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
