import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { definitionQuery, useDefinitions } from '../api/definitions';
import { boxQuery } from '../api/tasks';
import type { App, MenuEntry } from '../definition/types';
import { Icon } from '../ui/icons';
import { preference } from '../ui/preference';
import styles from './Navigation.module.css';

/** The app somebody works in, by its name. It is one of those the server names, or the first of them. */
const working = preference<string>('app', [''], true);

/** The menu of the app somebody works in, and the way to the others. */
export function Navigation({ onChoose }: { onChoose: () => void }) {
  const { t } = useTranslation();
  const names = useDefinitions().filter((entry) => entry.kind === 'app');
  const found = useQueries({ queries: names.map(({ name }) => definitionQuery('app', name)) });
  const apps = found.map((query) => query.data).filter((app): app is App => app !== undefined);
  const chosen = working.use();
  const app = apps.find((one) => one.name === chosen) ?? apps.find(isOfWork) ?? apps[0];
  if (app === undefined) return null;
  return (
    <nav aria-label={t('shell.navigation')}>
      {apps.length > 1 && (
        <label className={styles.apps}>
          <span className="visually-hidden">{t('shell.app')}</span>
          <select value={app.name} onChange={(event) => working.set(event.target.value)}>
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
      <Entries entries={app.menu} onChoose={onChoose} />
    </nav>
  );
}

/** How many tasks wait. */
function Waiting() {
  const { data } = useQuery({ ...boxQuery('todo'), refetchInterval: 60_000 });
  return data && data.length > 0 ? <b className={styles.badge}>{data.length < 100 ? data.length : '99+'}</b> : null;
}

/** The organisation is there for all; what somebody came for is in another pack. */
function isOfWork(app: App): boolean {
  return !app.name.startsWith('base.');
}

function Entries({ entries, onChoose }: { entries: Record<string, MenuEntry>; onChoose: () => void }) {
  return (
    <ul className={styles.entries}>
      {Object.entries(entries).map(([name, entry]) => (
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
  if (entry.object === undefined) return null;
  return (
    <Link
      to="/records/$object"
      params={{ object: entry.object }}
      search={entry.view === undefined ? {} : { view: entry.view }}
      activeOptions={{ exact: true, includeSearch: entry.view !== undefined }}
      className={styles.entry}
      activeProps={{ 'data-active': true, 'aria-current': 'page' }}
      onClick={onChoose}
    >
      {entry.icon && <Icon name={entry.icon} />}
      <span>{entry.label}</span>
    </Link>
  );
}
