import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get } from '../api/client';
import { useDefinitions } from '../api/definitions';
import styles from './Palette.module.css';

interface Found {
  object: string;
  id: string;
  title: string;
  label?: string;
}

/** How many characters a search needs: one Chinese character is a word already. */
const enough = (words: string) => words.length > 1 || /\p{Script=Han}/u.test(words);

/** Finds screens and records by words. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const definitions = useDefinitions();
  const [typed, setTyped] = useState('');
  const words = useDeferredValue(typed.trim());
  const found = useQuery({
    queryKey: ['search', words],
    queryFn: ({ signal }) => get<{ hits: Found[] }>('/search', { q: words, limit: 8 }, signal),
    enabled: enough(words),
    placeholderData: (before) => before,
  });
  const labels = new Map(definitions.filter((one) => one.kind === 'object').map((one) => [one.name, one.label]));
  const go = (object: string, id: string | undefined, view?: string) => {
    onClose();
    void (id === undefined
      ? navigate({ to: '/records/$object', params: { object }, search: { view } })
      : navigate({ to: '/records/$object/$id', params: { object, id } }));
  };
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
        {enough(words) && (
          <Command.Group heading={t('palette.records')} forceMount>
            {(found.data?.hits ?? []).map((one) => (
              <Command.Item
                key={one.id}
                value={`${one.id} ${one.title} ${words}`}
                forceMount
                onSelect={() => go(one.object, one.id)}
              >
                <span>{one.title}</span>
                <small>{labels.get(one.object) ?? one.object}</small>
              </Command.Item>
            ))}
          </Command.Group>
        )}
        <Command.Group heading={t('palette.screens')}>
          {definitions
            .filter((one) => one.kind === 'view')
            .map((one) => (
              <Command.Item
                key={one.name}
                value={`${one.label} ${one.name}`}
                onSelect={() => go(one.object ?? '', undefined, one.name)}
              >
                <span>{one.label}</span>
                <small>{labels.get(one.object ?? '') ?? ''}</small>
              </Command.Item>
            ))}
        </Command.Group>
      </Command.List>
      </Command>
    </dialog>
  );
}
