import Button from 'antd/es/button';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Json } from '../definition/json';
import type { Referred } from '../definition/reference';
import { titleOf } from '../definition/title';
import type { Field, ObjectDefinition } from '../definition/types';
import { moment } from '../fields/date';
import { kindOf } from '../fields/registry';
import { Dialog } from '../ui/Dialog';
import { isEmpty } from './empty';
import styles from './Merge.module.css';
import type { Conflict } from './merge';

/** Who changed a field, and when. */
export type Author = (field: string) => { by: Referred | null; at: string } | undefined;

interface Props {
  object: ObjectDefinition;
  of: (object: string) => ObjectDefinition | undefined;
  conflicts: readonly Conflict[];
  author: Author;
  /** Hears at which places theirs is taken; mine at all others. */
  onDone: (theirs: readonly Conflict[]) => void;
  onCancel: () => void;
}

/** What two people changed at once, place by place: yours or theirs. */
export default function MergeDialog({ object, of, conflicts, author, onDone, onCancel }: Props) {
  const { t } = useTranslation();
  const [theirs, setTheirs] = useState<ReadonlySet<Conflict>>(new Set());
  const choose = (one: Conflict, other: boolean) => {
    const next = new Set(theirs);
    if (other) next.add(one);
    else next.delete(one);
    setTheirs(next);
  };
  return (
    <Dialog
      width={720}
      title={t('merge.title')}
      onClose={onCancel}
      footer={
        <>
          <Button onClick={onCancel}>{t('merge.back')}</Button>
          <Button type="primary" onClick={() => onDone([...theirs])}>
            {t('merge.save')}
          </Button>
        </>
      }
    >
      <p className={styles.help}>{t('merge.help')}</p>
      {conflicts.map((one) => (
        <Choice
          key={one.path.join('.')}
          conflict={one}
          object={object}
          of={of}
          author={author}
          other={theirs.has(one)}
          onChoose={(other) => choose(one, other)}
        />
      ))}
    </Dialog>
  );
}

interface ChoiceProps {
  conflict: Conflict;
  object: ObjectDefinition;
  of: (object: string) => ObjectDefinition | undefined;
  author: Author;
  other: boolean;
  onChoose: (other: boolean) => void;
}

function Choice({ conflict, object, of, author, other, onChoose }: ChoiceProps) {
  const { t } = useTranslation();
  const id = useId();
  const { path, mine, theirs } = conflict;
  const field = object.fields[path[0]];
  if (field === undefined) return null;
  const lines = field.type === 'children' ? of(field.of ?? '') : undefined;
  const part = lines?.fields[path[2] ?? ''];
  const line = path[1] === undefined ? undefined : ((mine ?? theirs) as { id: string });
  const place = [
    field.label,
    lines && part === undefined && line ? titleOf(lines, line) : undefined,
    part?.label,
  ].filter((word) => word !== undefined);
  const who = author(path[0]);
  const sides = [
    { other: false, title: t('merge.yours'), value: mine },
    {
      other: true,
      title: who
        ? t('merge.theirs', { name: who.by?.title ?? t('record.system'), at: moment(who.at) })
        : t('merge.other'),
      value: theirs,
    },
  ];
  return (
    <fieldset className={styles.choice}>
      <legend>{place.join(' › ')}</legend>
      {sides.map((side) => (
        <label key={side.title} className={styles.side} data-chosen={other === side.other || undefined}>
          <input type="radio" name={id} checked={other === side.other} onChange={() => onChoose(side.other)} />
          <span>
            <small>{side.title}</small>
            <Value field={part ?? field} whole={lines !== undefined && part === undefined} value={side.value} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Value({ field, whole, value }: { field: Field; whole: boolean; value: Json }) {
  const { t } = useTranslation();
  if (whole) return <div>{t(value === null ? 'merge.removed' : 'merge.kept')}</div>;
  if (isEmpty(value)) return <div>{t('merge.empty')}</div>;
  const { Display } = kindOf(field);
  return (
    <div className={styles.value} inert>
      <Display field={field} value={value} />
    </div>
  );
}
