import { useParams } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import shell from './Shell.module.css';
import { useCreatable } from './useCreatable';

const QuickCreate = lazy(() => import('./QuickCreate'));

/** Makes a record from anywhere, by a press or by `c`; there for whoever may create something. */
export function QuickButton() {
  const { t } = useTranslation();
  const objects = useCreatable();
  const [open, setOpen] = useState(false);
  const { object } = useParams({ strict: false });
  const some = objects.length > 0;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const writing =
        event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]');
      // A dialog that is open comes first.
      const busy = document.querySelector('dialog[open], [role=dialog]') !== null;
      if (event.key !== 'c' || event.metaKey || event.ctrlKey || event.altKey || writing || busy) return;
      event.preventDefault();
      setOpen(true);
    };
    if (some) addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [some]);
  if (!some) return null;
  return (
    <>
      <button
        className={shell.round}
        data-tour="create"
        aria-label={t('quick.title')}
        title={t('quick.hint')}
        onClick={() => setOpen(true)}
      >
        <Plus size={20} aria-hidden />
      </button>
      {open && (
        <Suspense fallback={null}>
          <QuickCreate objects={objects} first={object} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
