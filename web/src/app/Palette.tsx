import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command, defaultFilter } from 'cmdk';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get } from '../api/client';
import { useDefinitions, useLabels } from '../api/definitions';
import { useFavourites } from '../api/favourites';
import { useTitles } from '../api/titles';
import { type Known, useVisited } from '../api/visited';
import type * as Schema from '../definition/schema.gen';
import { useSettled } from '../ui/useSettled';
import { useScreens } from './screens';
import { useSettings } from './settings';
import styles from './Palette.module.css';

/** How many characters a search needs: one Chinese character is a word already. */
const enough = (words: string) => words.length > 1 || /\p{Script=Han}/u.test(words);

/** Something to choose. */
interface Entry {
  key: string;
  label: string;
  /** What it belongs to. */
  of?: string;
  /** How well it answers what is typed, from 0 to 1; computed where nothing is said. */
  score?: number;
  act: () => unknown;
}

/** Finds records, screens, actions and settings by words. */
export default function Palette({ onClose, onTour }: { onClose: () => void; onTour: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const words = typed.trim();
  const records = useRecords(words);
  const atHand = useAtHand();
  const groups: Record<string, Entry[]> = {
    ...(words === '' ? atHand : { records: records.found }),
    screens: useScreens(),
    actions: useCreations(),
    settings: useSettings(onTour),
  };
  const sections = Object.entries(groups).map(([name, entries]) => ({ name, ...ranked(entries, words) }));
  const shown = sections.filter(({ entries }) => entries.length > 0).sort((a, b) => b.best - a.best);
  // The best is chosen until somebody goes to another: what arrives later may be better.
  const [gone, setGone] = useState('');
  const first = shown[0]?.entries[0];
  const there = shown.some(({ entries }) => entries.some(({ key }) => key === gone));
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector('input')?.focus();
  }, []);
  // The kit tells a screen reader of what was gone to by keys, not of what is the best by itself.
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const chosen = dialog.current?.querySelector('[cmdk-item][aria-selected=true]');
      dialog.current?.querySelector('input')?.setAttribute('aria-activedescendant', chosen?.id ?? '');
    });
    return () => cancelAnimationFrame(frame);
  });
  return (
    <dialog
      ref={dialog}
      className={styles.palette}
      aria-label={t('palette.title')}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      <Command
        label={t('palette.title')}
        loop
        shouldFilter={false}
        value={there ? gone : (first?.key ?? '')}
        onValueChange={(key) => setGone(key === first?.key ? '' : key)}
      >
        <Command.Input value={typed} onValueChange={setTyped} placeholder={t('palette.placeholder')} />
        <Command.List>
          <Command.Empty>{t(records.pending ? 'palette.searching' : 'palette.nothing')}</Command.Empty>
          {shown.map(({ name, entries }) => (
            <Command.Group key={name} heading={t(`palette.${name}`)}>
              {entries.map(({ key, label, of, act }) => (
                <Command.Item
                  key={key}
                  value={key}
                  onSelect={() => {
                    onClose();
                    void act();
                  }}
                >
                  <span>{label}</span>
                  {of !== undefined && <small>{of}</small>}
                </Command.Item>
              ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </dialog>
  );
}

/** What answers the words, the best first. */
function ranked(entries: readonly Entry[], words: string): { best: number; entries: readonly Entry[] } {
  if (words === '') return { best: 0, entries };
  const scored = entries.map((entry) => ({
    entry,
    score: entry.score ?? defaultFilter(entry.label, words, [entry.of ?? '', entry.key]),
  }));
  const fit = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
  return { best: fit[0]?.score ?? 0, entries: fit.map(({ entry }) => entry) };
}

/** What the server finds. Until it answers these words, what it found before and still answers them by its title. */
function useRecords(words: string): { found: Entry[]; pending: boolean } {
  const called = useLabels();
  const open = useOpen();
  const asked = useSettled(words);
  const { data, isFetching, isPlaceholderData } = useQuery({
    queryKey: ['search', asked],
    queryFn: ({ signal }) => get<Schema.Answers['search']>('/search', { q: asked, limit: 8 }, signal),
    enabled: enough(asked),
    placeholderData: (before) => before,
  });
  const answered = asked === words && !isPlaceholderData;
  const found = (enough(words) ? (data?.hits ?? []) : []).map(({ object, id, title }) => ({
    key: id,
    label: title ?? id.slice(-6),
    of: called('object', object),
    // What is found by another field than its title is found all the same.
    score: Math.max(defaultFilter(title ?? '', words), answered ? Number.MIN_VALUE : 0),
    act: () => open(object, id),
  }));
  return { found, pending: isFetching || (enough(words) && asked !== words) };
}

/** Before anything is typed: what somebody keeps at hand, and looked at last. */
function useAtHand(): { favourites: Entry[]; recent: Entry[] } {
  const called = useLabels();
  const open = useOpen();
  const { favourites, has } = useFavourites();
  const recent = useVisited().filter((one) => !has(one.id));
  const titles = useTitles([...favourites, ...recent]);
  const entries = (known: readonly Known[]) =>
    known.flatMap(({ object, id }) => {
      const label = titles.get(id);
      return label === undefined ? [] : { key: id, label, of: called('object', object), act: () => open(object, id) };
    });
  return { favourites: entries(favourites), recent: entries(recent) };
}

/** What can be created. */
function useCreations(): Entry[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return useDefinitions()
    .filter(({ kind, create }) => kind === 'object' && create)
    .map(({ name, label }) => ({
      key: `new ${name}`,
      label: t('list.create', { object: label }),
      act: () => navigate({ to: '/records/$object/new', params: { object: name } }),
    }));
}

/** Leads to a record. */
function useOpen() {
  const navigate = useNavigate();
  return (object: string, id: string) => navigate({ to: '/records/$object/$id', params: { object, id } });
}
