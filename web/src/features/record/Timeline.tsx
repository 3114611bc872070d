import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask, get } from '../../api/client';
import type { Json } from '../../definition/json';
import type { Row } from '../../api/records';
import type { ObjectDefinition } from '../../definition/types';
import { moment, relative } from '../../fields/date';
import type { Referred } from '../../definition/reference';
import { Face } from '../../ui/Face';
import { TextArea } from '../../ui/TextArea';
import { kindOf } from '../../fields/registry';
import forms from '../../forms/forms.module.css';
import styles from './record.module.css';

interface Change {
  at: string;
  by: Referred | null;
  version: number;
  field: string;
  old: Json;
  new: Json;
}

interface Comment {
  id: string;
  created_at: string;
  author: Referred | null;
  body: string;
}

/** What happened at once: a comment, or the changes of one write. */
type Entry = { at: string; by: Referred | null; comment?: Comment; changes: Change[] };

/** What was said and what was changed, the newest first. */
export function Timeline({ object, row }: { object: ObjectDefinition; row: Row }) {
  const { t } = useTranslation();
  const path = `/records/${object.name}/${row.id}`;
  const history = useQuery({
    queryKey: ['record', object.name, row.id, 'history'],
    queryFn: ({ signal }) => get<{ changes: Change[] }>(`${path}/history`, undefined, signal),
    enabled: object.features.history,
  });
  const comments = useQuery({
    queryKey: ['record', object.name, row.id, 'comments'],
    queryFn: ({ signal }) => get<{ comments: Comment[] }>(`${path}/comments`, undefined, signal),
    enabled: object.features.comments,
  });
  if (!object.features.history && !object.features.comments) return null;
  const entries = merged(history.data?.changes ?? [], comments.data?.comments ?? []);
  return (
    <section className={forms.section} aria-label={t('record.timeline')}>
      <h2>{t('record.timeline')}</h2>
      {object.features.comments && <Say path={path} object={object.name} id={row.id} />}
      <ol className={styles.timeline}>
        {entries.map((entry) => (
          <li key={`${entry.at} ${entry.comment?.id ?? ''}`}>
            <Face name={entry.by?.title ?? '·'} size={24} />
            <div>
              <div>
                {entry.by?.title ?? t('record.system')}{' '}
                <time className={styles.when} dateTime={entry.at} title={moment(entry.at)}>
                  {relative(entry.at, Date.now())}
                </time>
              </div>
              {entry.comment && <div className={styles.change}>{entry.comment.body}</div>}
              <Changes object={object} changes={entry.changes} />
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What a record began with is told by the record itself; it stands here for who asks. */
function Changes({ object, changes }: { object: ObjectDefinition; changes: Change[] }) {
  const { t } = useTranslation();
  const lines = changes.map((change) => <ChangeLine key={change.field} object={object} change={change} />);
  const begun = changes.length > 0 && changes.every((change) => change.version === 1);
  if (!begun) return <>{lines}</>;
  return (
    <details>
      <summary>{t('record.created')}</summary>
      {lines}
    </details>
  );
}

function ChangeLine({ object, change }: { object: ObjectDefinition; change: Change }) {
  const field = object.fields[change.field];
  if (field === undefined) return null;
  const { Display } = kindOf(field);
  return (
    <div className={styles.change}>
      <span className={forms.label}>{field.label}</span>{' '}
      {change.old !== null && (
        <>
          <del>
            <Display field={field} value={change.old} />
          </del>
          {' → '}
        </>
      )}
      {change.new === null ? '—' : <Display field={field} value={change.new} />}
    </div>
  );
}

function Say({ path, object, id }: { path: string; object: string; id: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const saying = useMutation({
    mutationFn: () => ask('POST', `${path}/comments`, { body: { body: text }, key: crypto.randomUUID() }),
    onSuccess: async () => {
      setText('');
      await queries.invalidateQueries({ queryKey: ['record', object, id, 'comments'] });
    },
  });
  return (
    <div className={styles.comment}>
      <TextArea
        aria-label={t('record.comment')}
        placeholder={t('record.comment')}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {text.trim() !== '' && (
        <div>
          <Button type="primary" loading={saying.isPending} onClick={() => saying.mutate()}>
            {t('record.say')}
          </Button>
        </div>
      )}
      {saying.error && <div className={forms.wrong}>{saying.error.message}</div>}
    </div>
  );
}

/** Changes of one write stand together. */
function merged(changes: readonly Change[], comments: readonly Comment[]): Entry[] {
  const writes = new Map<number, Entry>();
  for (const change of changes) {
    const entry = writes.get(change.version) ?? { at: change.at, by: change.by, changes: [] };
    entry.changes.push(change);
    writes.set(change.version, entry);
  }
  const said = comments.map((comment) => ({ at: comment.created_at, by: comment.author, comment, changes: [] }));
  return [...writes.values(), ...said].sort((a, b) => (a.at < b.at ? 1 : -1));
}
