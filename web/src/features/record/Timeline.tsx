import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask, get } from '../../api/client';
import { useOnce } from '../../api/once';
import type { Row } from '../../api/records';
import { failureOf } from '../../definition/problem';
import type * as Schema from '../../definition/schema.gen';
import type { ObjectDefinition } from '../../definition/types';
import { moment } from '../../fields/date';
import forms from '../../forms/forms.module.css';
import { relative } from '../../texts/moment';
import { ErrorState } from '../../ui/ErrorState';
import { Face } from '../../ui/Face';
import { ShowMore } from '../../ui/ShowMore';
import { Happened } from './Happened';
import styles from './record.module.css';
import { SayTo } from './SayTo';

/** What was changed, said, written by mail and decided about a record, the newest first. */
export function Timeline({ object, row }: { object: ObjectDefinition; row: Row }) {
  const { t } = useTranslation();
  const path = `/records/${object.name}/${row.id}`;
  const found = useInfiniteQuery({
    queryKey: ['record', object.name, row.id, 'timeline'],
    queryFn: ({ pageParam, signal }) =>
      get<Schema.Answers['timeline_of']>(`${path}/timeline`, { cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const entries = found.data?.pages.flatMap((page) => page.entries) ?? [];
  if (entries.length === 0 && !object.features.history && !object.features.comments) return null;
  return (
    <section className={forms.section} aria-label={t('record.timeline')}>
      <h2>{t('record.timeline')}</h2>
      {object.features.comments && <Say path={path} object={object.name} id={row.id} />}
      {failureOf(found) && <ErrorState error={found.error} reset={() => void found.refetch()} />}
      <ol className={styles.timeline}>
        {entries.map((entry) => (
          <li key={entry.id}>
            <Face name={entry.by?.title ?? '·'} size={24} />
            <div>
              <div>
                {entry.by?.title ?? t('record.system')}{' '}
                <time className={styles.when} dateTime={entry.at} title={moment(entry.at)}>
                  {relative(entry.at, Date.now())}
                </time>
              </div>
              <Happened object={object} row={row} entry={entry} />
            </div>
          </li>
        ))}
      </ol>
      <ShowMore label={t('record.earlier')} list={found} />
    </section>
  );
}

function Say({ path, object, id }: { path: string; object: string; id: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [text, setText] = useState('');
  // One key for all tries: what arrived although no answer came is not said twice.
  const key = useMemo(() => crypto.randomUUID(), [text]);
  const saying = useOnce({
    mutationFn: () => ask('POST', `${path}/comments`, { body: { body: text }, key }),
    onSuccess: async () => {
      setText('');
      await queries.invalidateQueries({ queryKey: ['record', object, id, 'timeline'] });
    },
  });
  return (
    <div className={styles.comment}>
      <SayTo label={t('record.comment')} value={text} onChange={setText} />
      {text.trim() !== '' && (
        <div>
          <Button type="primary" loading={saying.isPending} onClick={() => saying.mutate()}>
            {t('record.say')}
          </Button>
        </div>
      )}
      {saying.error && (
        <div className={forms.wrong} role="alert">
          {saying.error.message}
        </div>
      )}
    </div>
  );
}
