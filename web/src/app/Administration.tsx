import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { usePerson } from '../api/session';
import { Icon } from '../ui/icons';
import { ADMIN_PAGES } from './screens';
import styles from './Navigation.module.css';

/** The way to the administrators' pages; others do not see it. */
export function Administration({ onChoose }: { onChoose: () => void }) {
  const { t } = useTranslation();
  if (!usePerson().admin) return null;
  return (
    <>
      <div className={styles.heading}>{t('admin.title')}</div>
      <ul className={styles.entries}>
        {ADMIN_PAGES.map(([page, icon]) => (
          <li key={page}>
            <Link
              to={`/admin/${page}`}
              className={styles.entry}
              activeProps={{ 'data-active': true, 'aria-current': 'page' }}
              onClick={onChoose}
            >
              <Icon name={icon} />
              <span>{t(`admin.pages.${page}`)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
