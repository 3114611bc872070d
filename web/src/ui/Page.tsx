import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './Page.module.css';

interface Tab {
  key: string;
  label: string;
  active: boolean;
  link: LinkProps;
}

interface Props {
  title: string;
  count?: number;
  tabs?: Tab[];
  actions?: ReactNode;
  children: ReactNode;
}

/** A page: its title with what there is of it, its views, what one can do, and the content. */
export function Page({ title, count, tabs = [], actions, children }: Props) {
  const { t, i18n } = useTranslation();
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>{title}</h1>
        {count !== undefined && (
          <span className={styles.count} aria-live="polite">
            {t('page.count', { count, shown: count.toLocaleString(i18n.language) })}
          </span>
        )}
        <span className={styles.space} />
        {actions}
      </div>
      {tabs.length > 1 && (
        <nav className={styles.tabs} data-tour="list" aria-label={t('page.views')}>
          {tabs.map(({ key, label, active, link }) => (
            <Link key={key} {...link} className={styles.tab} aria-current={active ? 'page' : undefined}>
              {label}
            </Link>
          ))}
        </nav>
      )}
      {children}
    </div>
  );
}
