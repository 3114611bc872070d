import { CloudOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useReached } from '../ui/connection';
import styles from './Connection.module.css';

/** Says that the server cannot be reached, as long as it cannot. */
export function Connection() {
  const { t } = useTranslation();
  const reached = useReached();
  return (
    <div role="status">
      {!reached && (
        <p className={styles.away}>
          <CloudOff size={16} aria-hidden />
          <span>
            <strong>{t('connection.away')}</strong> {t('connection.kept')}
          </span>
        </p>
      )}
    </div>
  );
}
