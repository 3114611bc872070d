import { useQuery, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { Paperclip, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../../definition/problem';
import { attach, attachmentAddress, attachmentsQuery, detach } from '../../../api/attachments';
import { relative } from '../../../texts/moment';
import { size } from '../../../fields/file';
import forms from '../../../forms/forms.module.css';
import { DropZone } from '../../../ui/DropZone';
import { ErrorState } from '../../../ui/ErrorState';
import { toast } from '../../../ui/toast';
import type { BlockProps } from './block';
import styles from './blocks.module.css';

/** Files of a record: dropped here or chosen, fetched, taken away. */
export function Attachments({ block, object, row }: BlockProps) {
  if (object === undefined || row === undefined || !object.features.attachments) return null;
  return <Files label={block.label} object={object.name} id={row.id} may={object.may.update} />;
}

interface Props {
  label: string | undefined;
  object: string;
  id: string;
  may: boolean;
}

function Files({ label, object, id, may }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const query = attachmentsQuery(object, id);
  const found = useQuery(query);
  const refresh = () => queries.invalidateQueries({ queryKey: query.queryKey });
  if (failureOf(found)) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  const remove = (file: string, name: string) => {
    detach(object, id, file)
      .then(refresh)
      .then(() => toast({ text: t('record.fileRemoved', { name }), tone: 'done' }))
      .catch((error: Error) => toast({ text: error.message, tone: 'wrong' }));
  };
  return (
    <section className={forms.section} aria-label={label ?? t('record.files')}>
      <h2>{label ?? t('record.files')}</h2>
      {may && <Drop object={object} id={id} onDone={() => void refresh()} />}
      {found.data?.length === 0 && !may && <div className={styles.none}>{t('record.noFiles')}</div>}
      <ul className={styles.files}>
        {found.data?.map((file) => (
          <li key={file.id}>
            <Paperclip size={15} aria-hidden />
            <a href={attachmentAddress(object, id, file.id)} download={file.name}>
              {file.name}
            </a>
            <span className="number">{size(file.size)}</span>
            {file.created_at && <time dateTime={file.created_at}>{relative(file.created_at, Date.now())}</time>}
            {may && (
              <Button
                type="text"
                icon={<Trash2 size={15} />}
                aria-label={t('record.removeFile', { name: file.name })}
                onClick={() => remove(file.id, file.name)}
              />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Takes files, and says how far each is. */
function Drop({ object, id, onDone }: { object: string; id: string; onDone: () => void }) {
  const { t } = useTranslation();
  const running = useRef(new AbortController());
  const [shares, setShares] = useState<Record<string, number>>({});
  useEffect(() => {
    const controller = new AbortController();
    running.current = controller;
    return () => controller.abort();
  }, []);
  const send = async (files: File[]) => {
    for (const file of files) {
      const told = (share: number) => setShares((before) => ({ ...before, [file.name]: share }));
      try {
        await attach(object, id, file, told, running.current.signal);
      } catch (error) {
        if (!running.current.signal.aborted) {
          toast({ text: file.name, detail: error instanceof Error ? error.message : String(error), tone: 'wrong' });
        }
      }
      setShares(({ [file.name]: _, ...others }) => others);
    }
    onDone();
  };
  return (
    <div className={styles.drop}>
      <DropZone
        text={t('record.dropFiles')}
        choose={t('record.chooseFiles')}
        multiple
        onFiles={(files) => void send(files)}
      />
      {Object.entries(shares).map(([name, share]) => (
        <div key={name}>
          {name} <progress value={share} aria-label={name} />
        </div>
      ))}
    </div>
  );
}
