import { useTranslation } from 'react-i18next';
import styles from './list.module.css';

/** Says that there is more than is shown, and what to do about it. */
export function Most({ count }: { count: number }) {
  const { t, i18n } = useTranslation();
  return (
    <p className={styles.most} role="status">
      {t('list.most', { shown: count.toLocaleString(i18n.language) })}
    </p>
  );
}
