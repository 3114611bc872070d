import { Link, Outlet } from '@tanstack/react-router';
import { Menu as MenuIcon, Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../api/live';
import { usePhone } from '../ui/appearance';
import { Waiting } from '../ui/Skeleton';
import { Account } from './Account';
import { Connection } from './Connection';
import { QuickButton } from './QuickButton';
import { Navigation } from './Navigation';
import styles from './Shell.module.css';
import { useTour } from './tour/useTour';
import { Tray } from './Tray';
import { Viewing } from './Viewing';

const Kit = lazy(() => import('../ui/Kit'));
const Palette = lazy(() => import('./Palette'));
const Tour = lazy(() => import('./tour/Tour'));

/** What surrounds every page behind the sign-in: the way around, the palette, the person. */
export function Shell() {
  const { t } = useTranslation();
  const phone = usePhone();
  const [palette, setPalette] = useState(false);
  const [menu, setMenu] = useState(false);
  const touring = useTour();
  useShortcut(() => setPalette(true));
  useLive();
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {t('shell.skip')}
      </a>
      {(!phone || menu) && (
        <aside className={styles.side} data-open={menu || undefined}>
          <Link to="/" className={styles.logo}>
            <img src="/icon.svg" alt="" width={26} height={26} />
            Lifeloom
          </Link>
          <Suspense fallback={null}>
            <Navigation onChoose={() => setMenu(false)} />
          </Suspense>
        </aside>
      )}
      {phone && menu && (
        <button className={styles.shade} aria-label={t('shell.closeMenu')} onClick={() => setMenu(false)} />
      )}
      <div className={styles.main}>
        <header className={styles.top}>
          {phone && (
            <button
              className={styles.round}
              aria-label={t('shell.menu')}
              aria-expanded={menu}
              onClick={() => setMenu(!menu)}
            >
              <MenuIcon size={20} />
            </button>
          )}
          <button className={styles.command} data-tour="search" onClick={() => setPalette(true)}>
            <Search size={15} aria-hidden />
            <span>{t('shell.search')}</span>
            <kbd className={styles.keys}>{navigator.platform.startsWith('Mac') ? '⌘K' : 'Ctrl K'}</kbd>
          </button>
          <span className={styles.space} />
          <Suspense fallback={null}>
            <QuickButton />
          </Suspense>
          <Tray />
          <Account onTour={touring.ask} />
        </header>
        <Viewing />
        <Connection />
        <main id="content" className={styles.content} tabIndex={-1}>
          <Suspense fallback={<Waiting />}>
            <Kit>
              <Outlet />
            </Kit>
          </Suspense>
        </main>
      </div>
      {palette && (
        <Suspense fallback={null}>
          <Palette onClose={() => setPalette(false)} onTour={touring.ask} />
        </Suspense>
      )}
      {touring.shown && (
        <Suspense fallback={null}>
          <Tour touring={touring} onMenu={setMenu} />
        </Suspense>
      )}
    </div>
  );
}

/** ⌘K, or Ctrl K. */
function useShortcut(open: () => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      open();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  });
}
