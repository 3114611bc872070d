import { Link } from '@tanstack/react-router';
import { Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../../api/once';
import { change, type Row } from '../../api/records';
import type * as Schema from '../../definition/schema.gen';
import type { ObjectDefinition } from '../../definition/types';
import { ChangeLine } from '../../forms/ChangeLine';
import { sent } from '../../forms/changed';
import { useRefresh } from '../../forms/useRecord';
import { toast } from '../../ui/toast';
import styles from './record.module.css';

type Entry = Schema.Answers['timeline_of']['entries'][number];
type Change = Schema.ChangesEntry['changes'][number];

interface Props<E> {
  object: ObjectDefinition;
  row: Row;
  entry: E;
}

/** One thing that became of a record. */
export function Happened({ object, row, entry }: Props<Entry>) {
  switch (entry.kind) {
    case 'changes':
      return <Changes object={object} row={row} entry={entry} />;
    case 'comment':
      return <div className={styles.change}>{entry.body}</div>;
    case 'mail':
      return <Mailed entry={entry} />;
    case 'approval':
      return <Decided entry={entry} />;
  }
}

/** A mail, and what became of it where it did not simply go out. */
function Mailed({ entry }: { entry: Schema.MailEntry }) {
  const { t } = useTranslation();
  return (
    <div className={styles.change}>
      {entry.to === null ? t('record.mailed') : t('record.mailedTo', { name: entry.to })}
      {entry.subject !== null && <q>{entry.subject}</q>}
      {entry.state !== 'done' && <small> · {t(`effect.states.${entry.state}`)}</small>}
    </div>
  );
}

/** What somebody decided in a flow, and the way to it. */
function Decided({ entry }: { entry: Schema.ApprovalEntry }) {
  const { t } = useTranslation();
  return (
    <div className={styles.change}>
      <Link to="/approvals/$box/$id" params={{ box: 'started', id: entry.instance }}>
        {entry.event === 'started' ? t('record.submittedIt') : t(`approvals.events.${entry.event}`)}
      </Link>
      {entry.step !== null && ` · ${entry.step}`}
      {entry.comment !== null && <q>{entry.comment}</q>}
    </div>
  );
}

/** What a record began with is told by the record itself; it stands here for who asks. */
function Changes({ object, row, entry }: Props<Schema.ChangesEntry>) {
  const { t } = useTranslation();
  const { changes } = entry;
  const begun = entry.version === 1 && changes.every(({ field }) => field in object.fields);
  const restore = useRestore(object, row);
  const may = object.may.update && !begun;
  const back = changes.filter(({ field }) => may && object.fields[field]?.writable);
  const lines = changes.map((change) => (
    <Line
      key={change.field}
      object={object}
      change={change}
      onRestore={back.includes(change) ? () => restore([change]) : undefined}
    />
  ));
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
  const refresh = useRefresh(object.name, row.id);
  const restoring = useOnce({
    mutationFn: (changes: Change[]) =>
      change(object.name, row, Object.fromEntries(changes.map(({ field, old }) => [field, sent(old)]))),
    onSuccess: async () => {
      toast({ text: t('record.restored'), tone: 'done' });
      await refresh();
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

function Line({ object, change, onRestore }: LineProps) {
  const { t } = useTranslation();
  const field = object.fields[change.field];
  if (field === undefined) return <Attached change={change} />;
  return (
    <ChangeLine field={field} change={change}>
      {onRestore && (
        <button
          className={styles.restore}
          aria-label={`${t('record.restoreField')}: ${field.label}`}
          title={t('record.restoreField')}
          onClick={onRestore}
        >
          <Undo2 size={13} aria-hidden />
        </button>
      )}
    </ChangeLine>
  );
}

/** What came or went beside the fields. */
function Attached({ change }: { change: Change }) {
  const { t } = useTranslation();
  const name = (value: unknown) =>
    typeof value === 'object' && value !== null && 'name' in value ? String(value.name) : '';
  return (
    <div className={styles.change}>
      {change.new === null
        ? t('record.fileRemoved', { name: name(change.old) })
        : t('record.fileAdded', { name: name(change.new) })}
    </div>
  );
}
