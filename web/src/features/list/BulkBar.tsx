import { useQueryClient } from '@tanstack/react-query';
import Dropdown from 'antd/es/dropdown';
import { ArrowRight, PencilLine, Trash2, UserRoundPen, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeAll, moveAll, type Outcome, putBack, removeAll, restoreAll, valuesOf } from '../../api/bulk';
import type { Json } from '../../definition/json';
import type { ObjectDefinition } from '../../definition/types';
import { sent } from '../../forms/changed';
import { toast } from '../../ui/toast';
import { BulkChange } from './BulkChange';
import styles from './list.module.css';

interface Props {
  object: ObjectDefinition;
  selected: ReadonlySet<string>;
  onDone: () => void;
}

/** What can be done with the marked records at once. What is done can be undone here, so nothing asks before. */
export function BulkBar({ object, selected, onDone }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [changing, setChanging] = useState<'any' | 'owner' | null>(null);
  const [done, setDone] = useState<number | null>(null);
  const ids = [...selected];
  const refresh = () => queries.invalidateQueries({ queryKey: ['records', object.name] });
  /** Does it, tells how it went, and offers the way back. */
  const run = async (words: string, act: () => Promise<Outcome>, back?: (done: string[]) => Promise<unknown>) => {
    setDone(0);
    try {
      const outcome = await act();
      if (outcome.refused === 0) onDone();
      const undo = () => {
        back?.(outcome.done)
          .then(refresh)
          .catch((error: Error) => toast({ text: error.message, tone: 'wrong' }));
      };
      toast({
        text: t(words, { count: outcome.done.length }),
        tone: outcome.refused > 0 ? 'wrong' : 'done',
        detail: outcome.refused > 0 ? t('list.refused', { count: outcome.refused, why: outcome.why }) : undefined,
        action: back && outcome.done.length > 0 ? { label: t('list.undo'), run: undo } : undefined,
      });
    } catch (error) {
      toast({ text: error instanceof Error ? error.message : String(error), tone: 'wrong' });
    } finally {
      setDone(null);
      await refresh();
    }
  };
  const remove = () =>
    run(
      'list.deleted',
      () => removeAll(object.name, ids, setDone),
      object.may.restore ? (gone) => restoreAll(object.name, gone, setDone) : undefined,
    );
  const change = async (field: string, value: Json) => {
    setChanging(null);
    const before = await valuesOf(object.name, ids, [field]);
    await run(
      'list.changed',
      () => changeAll(object.name, ids, { [field]: sent(value) }, setDone),
      (changed) =>
        putBack(object.name, field, new Map(changed.map((id) => [id, sent(before.get(id)?.[field] ?? null)])), setDone),
    );
  };
  const move = async (name: string) => {
    const rows = await valuesOf(object.name, ids, []);
    await run('list.moved', () =>
      moveAll(
        object.name,
        [...rows].map(([id, row]) => ({ id, version: Number(row.version) })),
        name,
        setDone,
      ),
    );
  };
  const moves = Object.entries(object.transitions?.moves ?? {});
  const writable = Object.values(object.fields).some((field) => field.writable);
  return (
    <div className={styles.bulk} role="toolbar" aria-label={t('list.marked', { count: selected.size })}>
      <span className="number" aria-live="polite">
        {done === null
          ? t('list.marked', { count: selected.size })
          : t('list.underWay', { done, count: selected.size })}
      </span>
      {object.may.update && writable && (
        <Act icon={<PencilLine size={15} aria-hidden />} label={t('list.change')} onClick={() => setChanging('any')} />
      )}
      {object.may.assign && object.fields.owner && (
        <Act
          icon={<UserRoundPen size={15} aria-hidden />}
          label={t('list.transfer')}
          onClick={() => setChanging('owner')}
        />
      )}
      {moves.length > 0 && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: moves.map(([key, { label }]) => ({ key, label })),
            onClick: ({ key }) => void move(key),
          }}
        >
          <button disabled={done !== null}>
            <ArrowRight size={15} aria-hidden />
            {t('list.move')}
          </button>
        </Dropdown>
      )}
      {object.may.delete && (
        <Act icon={<Trash2 size={15} aria-hidden />} label={t('list.delete')} onClick={() => void remove()} />
      )}
      <button aria-label={t('list.unmark')} onClick={onDone}>
        <X size={15} aria-hidden />
      </button>
      {changing !== null && (
        <BulkChange
          object={object}
          count={selected.size}
          field={changing === 'owner' ? 'owner' : undefined}
          onChange={(field, value) => void change(field, value)}
          onClose={() => setChanging(null)}
        />
      )}
    </div>
  );
}

function Act({ icon, label, onClick }: { icon: ReactNode; label: string; onClick: () => void }) {
  return (
    <button onClick={onClick}>
      {icon}
      {label}
    </button>
  );
}
