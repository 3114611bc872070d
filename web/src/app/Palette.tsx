import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get } from '../api/client';
import { useDefinitions } from '../api/definitions';
import { useFavourites } from '../api/favourites';
import { type Known, useVisited } from '../api/visited';
import type * as Schema from '../definition/schema.gen';
import { useSession } from '../api/session';
import { useTitles } from '../api/titles';
import { useScreens } from './screens';
import { useSettings } from './settings';
import { useSettled } from '../ui/useSettled';
import styles from './Palette.module.css';

/** How many characters a search needs: one Chinese character is a word already. */
const enough = (words: string) => words.length > 1 || /\p{Script=Han}/u.test(words);

/** Finds records, screens, actions and settings by words. */
export default function Palette({ onClose, onTour }: { onClose: () => void; onTour: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const definitions = useDefinitions();
  const { objects } = useSession();
  const screens = useScreens();
  const settings = useSettings(onTour);
  const [typed, setTyped] = useState('');
  const words = useSettled(typed.trim());
  const found = useQuery({
    queryKey: ['search', words],
    queryFn: ({ signal }) => get<Schema.Answers['search']>('/search', { q: words, limit: 8 }, signal),
    enabled: enough(words),
    placeholderData: (before) => before,
  });
  const labels = new Map(definitions.filter((one) => one.kind === 'object').map((one) => [one.name, one.label]));
  const then = (act: () => unknown) => () => {
    onClose();
    void act();
  };
  const toRecord = (object: string, id: string) =>
    then(() => navigate({ to: '/records/$object/$id', params: { object, id } }));
  const creatable = Object.entries(objects).filter(([name, { may }]) => may.includes('create') && labels.has(name));
  return (
    <dialog
      ref={(dialog) => {
        if (dialog && !dialog.open) dialog.showModal();
      }}
      className={styles.palette}
      aria-label={t('palette.title')}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      <Command label={t('palette.title')} loop>
        <Command.Input autoFocus value={typed} onValueChange={setTyped} placeholder={t('palette.placeholder')} />
        <Command.List>
          <Command.Empty>{t(found.isFetching ? 'palette.searching' : 'palette.nothing')}</Command.Empty>
          {words === '' && <AtHand labels={labels} onOpen={toRecord} />}
          {enough(words) && (
            <Command.Group heading={t('palette.records')} forceMount>
              {(found.data?.hits ?? []).map((one) => (
                <Command.Item
                  key={one.id}
                  value={`${one.id} ${one.title} ${words}`}
                  forceMount
                  onSelect={toRecord(one.object, one.id)}
                >
                  <span>{one.title ?? one.id.slice(-6)}</span>
                  <small>{labels.get(one.object) ?? one.object}</small>
                </Command.Item>
              ))}
            </Command.Group>
          )}
          <Command.Group heading={t('palette.screens')}>
            {screens.map(({ key, label, of, go }) => (
              <Command.Item key={key} value={`${label} ${of} ${key}`} onSelect={then(go)}>
                <span>{label}</span>
                <small>{of}</small>
              </Command.Item>
            ))}
          </Command.Group>
          <Command.Group heading={t('palette.actions')}>
            {creatable.map(([name, { label }]) => (
              <Command.Item
                key={name}
                value={`new ${name} ${label}`}
                onSelect={then(() => navigate({ to: '/records/$object/new', params: { object: name } }))}
              >
                <span>{t('list.create', { object: label })}</span>
              </Command.Item>
            ))}
          </Command.Group>
          <Command.Group heading={t('palette.settings')}>
            {settings.map(({ key, label, act }) => (
              <Command.Item key={key} value={`${key} ${label}`} onSelect={then(act)}>
                <span>{label}</span>
              </Command.Item>
            ))}
          </Command.Group>
        </Command.List>
      </Command>
    </dialog>
  );
}

interface AtHandProps {
  labels: Map<string, string>;
  onOpen: (object: string, id: string) => () => void;
}

/** Before anything is typed: what somebody keeps at hand, and looked at last. */
function AtHand({ labels, onOpen }: AtHandProps) {
  const { t } = useTranslation();
  const { favourites, has } = useFavourites();
  const recent = useVisited().filter((one) => !has(one.id));
  const titles = useTitles([...favourites, ...recent]);
  const group = (key: string, known: readonly Known[]) => {
    const shown = known.filter((one) => titles.has(one.id));
    return (
      shown.length > 0 && (
        <Command.Group heading={t(`palette.${key}`)}>
          {shown.map(({ object, id }) => (
            <Command.Item key={id} value={`${key} ${id}`} onSelect={onOpen(object, id)}>
              <span>{titles.get(id)}</span>
              <small>{labels.get(object) ?? object}</small>
            </Command.Item>
          ))}
        </Command.Group>
      )
    );
  };
  return (
    <>
      {group('favourites', favourites)}
      {group('recent', recent)}
    </>
  );
}
