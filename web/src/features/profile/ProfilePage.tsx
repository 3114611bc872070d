import { useTranslation } from 'react-i18next';
import { useSession } from '../../api/session';
import { Page } from '../../ui/Page';
import { Password } from './Password';
import { SecondFactor } from './SecondFactor';
import { Sessions } from './Sessions';
import { Tokens } from './Tokens';
import styles from './profile.module.css';

/** What somebody settles for himself. */
export function ProfilePage() {
  const { t } = useTranslation();
  const { user } = useSession();
  return (
    <Page title={t('profile.title')}>
      <div className={styles.column}>
        <p className={styles.who}>
          {user.name} · {user.login}
        </p>
        <Password />
        <SecondFactor />
        <Sessions />
        <Tokens />
      </div>
    </Page>
  );
}
