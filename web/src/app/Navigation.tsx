import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useApps, workingApp } from '../api/apps';
import { useFavourites } from '../api/favourites';
import { boxQuery, PAGE } from '../api/tasks';
import { useTitles } from '../api/titles';
import type { MenuEntry } from '../definition/types';
import { Icon } from '../ui/icons';
import { Administration } from './Administration';
import styles from './Navigation.module.css';

/** The menu of the app somebody works in, and the way to the others. */
export function Navigation({ onChoose }: { onChoose: () => void }) {
  const { t } = useTranslation();
  const { apps, current: app } = useApps();
  if (app === undefined) return null;
  return (
    <nav aria-label={t('shell.navigation')} data-tour="menu">
      {apps.length > 1 && (
        <label className={styles.apps}>
          <span className="visually-hidden">{t('shell.app')}</span>
          <select value={app.name} onChange={(event) => workingApp.set(event.target.value)}>
            {apps.map((one) => (
              <option key={one.name} value={one.name}>
                {one.label}
              </option>
            ))}
          </select>
        </label>
      )}
      <Link
        to="/approvals/$box"
        params={{ box: 'todo' }}
        className={styles.entry}
        activeProps={{ 'data-active': true, 'aria-current': 'page' }}
        onClick={onChoose}
      >
        <Icon name="inbox" />
        <span>{t('approvals.title')}</span>
        <Waiting />
      </Link>
      <Favourites onChoose={onChoose} />
      <Entries entries={app.menu} onChoose={onChoose} />
      <Administration onChoose={onChoose} />
    </nav>
  );
}

/** How many tasks wait. */
function Waiting() {
  const { data } = useInfiniteQuery(boxQuery('todo'));
  const count = data?.pages[0]?.tasks.length ?? 0;
  return count > 0 ? <b className={styles.badge}>{count < PAGE ? count : '99+'}</b> : null;
}

function Entries({ entries, onChoose }: { entries: Record<string, MenuEntry>; onChoose: () => void }) {
  // A heading under which nothing is left for this person is none.
  const shown = Object.entries(entries).filter(([, { menu }]) => menu === undefined || Object.keys(menu).length > 0);
  return (
    <ul className={styles.entries}>
      {shown.map(([name, entry]) => (
        <li key={name}>
          {entry.menu ? (
            <>
              <div className={styles.heading}>
                {entry.icon && <Icon name={entry.icon} size={14} />}
                {entry.label}
              </div>
              <Entries entries={entry.menu} onChoose={onChoose} />
            </>
          ) : (
            <Leaf entry={entry} onChoose={onChoose} />
          )}
        </li>
      ))}
    </ul>
  );
}

function Leaf({ entry, onChoose }: { entry: MenuEntry; onChoose: () => void }) {
  const shown = (
    <>
      {entry.icon && <Icon name={entry.icon} />}
      <span>{entry.label}</span>
    </>
  );
  const look = {
    className: styles.entry,
    activeProps: { 'data-active': true, 'aria-current': 'page' as const },
    onClick: onChoose,
  };
  if (entry.page !== undefined) {
    return (
      <Link to="/pages/$page" params={{ page: entry.page }} {...look}>
        {shown}
      </Link>
    );
  }
  if (entry.object === undefined) return null;
  return (
    <Link
      to="/records/$object"
      params={{ object: entry.object }}
      search={entry.view === undefined ? {} : { view: entry.view }}
      activeOptions={{ exact: true, includeSearch: entry.view !== undefined }}
      {...look}
    >
      {shown}
    </Link>
  );
}

/** Records that somebody keeps at hand. */
function Favourites({ onChoose }: { onChoose: () => void }) {
  const { t } = useTranslation();
  const { favourites } = useFavourites();
  const titles = useTitles(favourites);
  const shown = favourites.filter((one) => titles.has(one.id));
  if (shown.length === 0) return null;
  return (
    <>
      <div className={styles.heading}>
        <Icon name="star" size={14} />
        {t('shell.favourites')}
      </div>
      <ul className={styles.entries}>
        {shown.map(({ object, id }) => (
          <li key={id}>
            <Link
              to="/records/$object/$id"
              params={{ object, id }}
              className={styles.entry}
              activeProps={{ 'data-active': true, 'aria-current': 'page' }}
              onClick={onChoose}
            >
              <span>{titles.get(id)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
