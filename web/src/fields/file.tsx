import Button from 'antd/es/button';
import { Paperclip, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fileAddress, type StoredFile, upload } from '../api/files';
import type { Json } from '../definition/json';
import { useReached } from '../ui/connection';
import { isMap } from './address';
import type { DisplayProps, FieldKind, InputProps } from './field';
import styles from './fields.module.css';
import { presenceOperators, textLiteral } from './operators';

export function stored(value: Json): StoredFile | null {
  return isMap(value) && typeof value.id === 'string' ? (value as unknown as StoredFile) : null;
}

/** `1.4 MB` */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const step = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const shown = bytes / 1000 ** step;
  return `${step === 0 ? shown : shown.toFixed(1)} ${units[step]}`;
}

function Display({ value, at }: DisplayProps) {
  const file = stored(value);
  if (file === null) return null;
  const shown = (
    <>
      {file.name} <span className={styles.size}>{size(file.size)}</span>
    </>
  );
  return at === undefined ? (
    <span>{shown}</span>
  ) : (
    <a href={fileAddress(at)} download={file.name} onClick={(event) => event.stopPropagation()}>
      {shown}
    </a>
  );
}

function Picture({ value, at }: DisplayProps) {
  const file = stored(value);
  if (file === null) return null;
  if (at === undefined) return <span>{file.name}</span>;
  return (
    <a href={fileAddress(at)} download={file.name} onClick={(event) => event.stopPropagation()}>
      <img className={styles.picture} src={fileAddress(at)} alt={file.name} loading="lazy" />
    </a>
  );
}

/** Sends one file at a time, and says how far it is. */
export function useUpload(onChange: (value: Json) => void) {
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  const last = useRef<() => Promise<void>>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const send = async (file: Blob, name: string) => {
    last.current = () => send(file, name);
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setError(null);
    setShare(0);
    try {
      onChange((await upload(file, name, setShare, controller.signal)) as unknown as Json);
    } catch (found) {
      if (!controller.signal.aborted) setError(found instanceof Error ? found.message : String(found));
    } finally {
      if (running.current === controller) setShare(null);
    }
  };
  return { share, error, send, again: () => last.current?.(), stop: () => running.current?.abort() };
}

function FileInput({ field, id, value, onChange, label, invalid, describedBy, disabled, at }: InputProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [sent, setSent] = useState(false);
  const { share, error, send, again, stop } = useUpload((next) => {
    setSent(true);
    onChange(next);
  });
  const reached = useReached();
  const file = stored(value);
  // What is stored under this id already can be seen where it is; what was only just sent cannot.
  const Shown = field.type === 'file' ? Display : Picture;
  return (
    <div
      className={styles.file}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const dropped = event.dataTransfer.files[0];
        if (dropped && !disabled) void send(dropped, dropped.name);
      }}
    >
      {file && <Shown field={field} value={value} {...(at && !sent ? { at } : {})} />}
      {share === null ? (
        <span className={styles.fileButtons}>
          <Button
            icon={<Paperclip size={15} />}
            disabled={disabled}
            danger={invalid}
            aria-describedby={describedBy}
            onClick={() => input.current?.click()}
          >
            {t(file ? 'file.replace' : 'file.choose')}
          </Button>
          {file && (
            <Button
              type="text"
              icon={<X size={15} />}
              aria-label={t('file.remove')}
              disabled={disabled}
              onClick={() => onChange(null)}
            />
          )}
        </span>
      ) : (
        <span className={styles.fileButtons}>
          <progress value={share} aria-label={t('file.sending')} />
          {!reached && <span role="status">{t('file.waits')}</span>}
          <Button type="text" icon={<X size={15} />} aria-label={t('file.stop')} onClick={stop} />
        </span>
      )}
      <input
        ref={input}
        id={id}
        type="file"
        hidden
        aria-label={label}
        accept={field.type === 'file' ? undefined : 'image/png,image/jpeg,image/gif,image/webp'}
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          event.target.value = '';
          if (chosen) void send(chosen, chosen.name);
        }}
      />
      {error && (
        <span className={styles.wrong} role="alert">
          {error}{' '}
          <Button size="small" onClick={() => void again()}>
            {t('error.retry')}
          </Button>
        </span>
      )}
    </div>
  );
}

const held = { operators: presenceOperators, literal: textLiteral };

export const file: FieldKind = { ...held, Display, Input: FileInput, width: 200 };
export const image: FieldKind = { ...held, Display: Picture, Input: FileInput, width: 120 };
