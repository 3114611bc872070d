import { Eye } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { viewAs, viewed } from '../api/viewAs';
import styles from './Viewing.module.css';

/** Says as long as it lasts that the pages are seen with somebody else's rights. */
export function Viewing() {
  const { t } = useTranslation();
  if (viewed === null) return null;
  return (
    <div className={styles.viewing} role="status">
      <Eye size={15} aria-hidden />
      <span>{t('viewAs.told', { name: viewed.name })}</span>
      <button onClick={() => viewAs(null)}>{t('viewAs.end')}</button>
    </div>
  );
}
