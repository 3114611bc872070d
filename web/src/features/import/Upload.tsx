import { useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { CircleAlert, X } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatOf, sendFile, type WholeImport } from '../../api/imports';
import { DropZone } from '../../ui/DropZone';
import styles from './import.module.css';

/** What people's spreadsheets write; the first is found out by the server. */
const CHARSETS = ['', 'utf-8', 'gb18030', 'big5', 'utf-16le', 'windows-1252'] as const;

interface Props {
  object: string;
  onSent: (one: WholeImport) => void;
}

/** Chooses a file and sends it, with how much of it has left. */
export function Upload({ object, onSent }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const queries = useQueryClient();
  const running = useRef<AbortController | null>(null);
  const [charset, setCharset] = useState<string>('');
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const send = async (file: File) => {
    // The zone still takes what is dropped on it; one file at a time is sent.
    if (running.current !== null) return;
    if (formatOf(file.name) === undefined) return setError(t('import.noFormat', { name: file.name }));
    const controller = new AbortController();
    running.current = controller;
    setError(null);
    setShare(0);
    try {
      const sent = await sendFile(object, file, charset === '' ? undefined : charset, setShare, controller.signal);
      await queries.invalidateQueries({ queryKey: ['imports'] });
      // Whoever has left meanwhile is not fetched back.
      if (!controller.signal.aborted) onSent(sent);
    } catch (found) {
      if (!controller.signal.aborted) setError(found instanceof Error ? found.message : String(found));
    } finally {
      running.current = null;
      setShare(null);
    }
  };
  return (
    <>
      <DropZone
        text={t('import.drop')}
        choose={t('import.choose')}
        accept=".csv,.xlsx"
        onFiles={([file]) => void send(file as File)}
      >
        {share === null ? undefined : (
          <div className={styles.sending}>
            <span aria-live="polite">
              {share < 1 ? t('import.sending', { share: Math.round(share * 100) }) : t('import.reading')}
            </span>
            <progress value={share} aria-label={t('file.sending')} />
            <Button
              type="text"
              icon={<X size={15} />}
              aria-label={t('file.stop')}
              onClick={() => running.current?.abort()}
            />
          </div>
        )}
      </DropZone>
      {error && (
        <p className={styles.wrong} role="alert">
          <CircleAlert size={15} aria-hidden />
          {error}
        </p>
      )}
      <div className={styles.charset}>
        <label htmlFor={id}>{t('import.charset')}</label>
        <select id={id} value={charset} onChange={(event) => setCharset(event.target.value)}>
          {CHARSETS.map((one) => (
            <option key={one} value={one}>
              {one === '' ? t('import.anyCharset') : one.toUpperCase()}
            </option>
          ))}
        </select>
      </div>
    </>
  );
}
