import { useQuery, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { Undo2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask, get } from '../../api/client';
import { useOnce } from '../../api/once';
import { change, type Row } from '../../api/records';
import type * as Schema from '../../definition/schema.gen';
import type { ObjectDefinition } from '../../definition/types';
import { moment } from '../../fields/date';
import { relative } from '../../texts/moment';
import type { Referred } from '../../definition/reference';
import { Face } from '../../ui/Face';
import { kindOf } from '../../fields/registry';
import { sent } from '../../forms/changed';
import forms from '../../forms/forms.module.css';
import { toast } from '../../ui/toast';
import styles from './record.module.css';
import { SayTo } from './SayTo';

type Change = Schema.Change;
type Comment = Schema.Comment;

/** What happened at once: a comment, or the changes of one write. */
type Entry = { at: string; by: Referred | null; comment?: Comment; changes: Change[] };

/** What was said and what was changed, the newest first. */
export function Timeline({ object, row }: { object: ObjectDefinition; row: Row }) {
  const { t } = useTranslation();
  const path = `/records/${object.name}/${row.id}`;
  const history = useQuery({
    queryKey: ['record', object.name, row.id, 'history'],
    queryFn: ({ signal }) => get<Schema.Answers['history_of']>(`${path}/history`, undefined, signal),
    enabled: object.features.history,
  });
  const comments = useQuery({
    queryKey: ['record', object.name, row.id, 'comments'],
    queryFn: ({ signal }) => get<Schema.Answers['comments_on']>(`${path}/comments`, undefined, signal),
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
              <Changes object={object} row={row} changes={entry.changes} />
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What a record began with is told by the record itself; it stands here for who asks. */
function Changes({ object, row, changes }: { object: ObjectDefinition; row: Row; changes: Change[] }) {
  const { t } = useTranslation();
  const restore = useRestore(object, row);
  const back = changes.filter(({ field }) => object.may.update && object.fields[field]?.writable);
  const lines = changes.map((change) => (
    <ChangeLine
      key={change.field}
      object={object}
      change={change}
      onRestore={back.includes(change) ? () => restore([change]) : undefined}
    />
  ));
  const begun = changes.length > 0 && changes.every((change) => change.version === 1);
  if (!begun) {
    return (
      <>
        {lines}
        {back.length > 1 && (
          <button className={styles.restore} onClick={() => restore(back)}>
            <Undo2 size={13} aria-hidden />
            {t('record.restoreVersion')}
          </button>
        )}
      </>
    );
  }
  return (
    <details>
      <summary>{t('record.created')}</summary>
      {lines}
    </details>
  );
}

/** Gives fields the values that they had before a change; what is done so is one more change, and can be taken back. */
function useRestore(object: ObjectDefinition, row: Row) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const restoring = useOnce({
    mutationFn: (changes: Change[]) =>
      change(object.name, row, Object.fromEntries(changes.map(({ field, old }) => [field, sent(old)]))),
    onSuccess: async () => {
      toast({ text: t('record.restored'), tone: 'done' });
      await queries.invalidateQueries({ queryKey: ['record', object.name, row.id] });
      await queries.invalidateQueries({ queryKey: ['records', object.name] });
    },
    onError: (error) => toast({ text: error.message, tone: 'wrong' }),
  });
  return (changes: Change[]) => restoring.mutate(changes);
}

interface LineProps {
  object: ObjectDefinition;
  change: Change;
  onRestore: (() => void) | undefined;
}

function ChangeLine({ object, change, onRestore }: LineProps) {
  const { t } = useTranslation();
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
      {onRestore && change.version > 1 && (
        <button
          className={styles.restore}
          aria-label={`${t('record.restoreField')}: ${field.label}`}
          title={t('record.restoreField')}
          onClick={onRestore}
        >
          <Undo2 size={13} aria-hidden />
        </button>
      )}
    </div>
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
      await queries.invalidateQueries({ queryKey: ['record', object, id, 'comments'] });
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
      {saying.error && <div className={forms.wrong}>{saying.error.message}</div>}
    </div>
  );
}

/** Changes of one write stand together. */
function merged(changes: readonly Change[], comments: readonly Comment[]): Entry[] {
  const writes = new Map<number, Entry>();
  for (const change of changes) {
    const entry: Entry = writes.get(change.version) ?? { at: change.at, by: change.by, changes: [] };
    entry.changes.push(change);
    writes.set(change.version, entry);
  }
  const said = comments.map((comment) => ({ at: comment.created_at, by: comment.author, comment, changes: [] }));
  return [...writes.values(), ...said].sort((a, b) => (a.at < b.at ? 1 : -1));
}
