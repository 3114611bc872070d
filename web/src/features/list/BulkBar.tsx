import { useQueryClient } from '@tanstack/react-query';
import Dropdown from 'antd/es/dropdown';
import { ArrowRight, type LucideIcon, PencilLine, Trash2, UserRoundPen, X } from 'lucide-react';
import { type ComponentProps, type Dispatch, type SetStateAction, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeAll, moveAll, type Outcome, putBack, removeAll, restoreAll, valuesOf } from '../../api/bulk';
import type { Json } from '../../definition/json';
import type { ObjectDefinition } from '../../definition/types';
import { sent } from '../../forms/changed';
import { failed, toast } from '../../ui/toast';
import { BulkChange, fieldsOfMany } from './BulkChange';
import styles from './list.module.css';

interface Props {
  object: ObjectDefinition;
  selected: ReadonlySet<string>;
  onSelect: Dispatch<SetStateAction<ReadonlySet<string>>>;
}

/** What can be done with the marked records at once. What is done can be undone here, so nothing asks before. */
export function BulkBar({ object, selected, onSelect }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [changing, setChanging] = useState<'any' | 'owner' | null>(null);
  const [done, setDone] = useState<number | null>(null);
  const busy = done !== null;
  const ids = [...selected];
  const refresh = () => queries.invalidateQueries({ queryKey: ['records', object.name] });
  const refusal = ({ refused, why }: Outcome) => t('list.refused', { count: refused, why });
  const takeBack = async (back: () => Promise<Outcome>) => {
    try {
      const outcome = await back();
      if (outcome.refused > 0) toast({ text: refusal(outcome), tone: 'wrong' });
    } catch (error) {
      failed(error);
    }
    await refresh();
  };
  /** Does it, tells how it went, and offers the way back. */
  const run = async (words: string, act: () => Promise<Outcome>, back?: (done: string[]) => Promise<Outcome>) => {
    setDone(0);
    try {
      const outcome = await act();
      // What was refused stays marked.
      const over = new Set(outcome.done);
      onSelect((now) => new Set([...now].filter((id) => !over.has(id))));
      toast({
        text: t(words, { count: outcome.done.length }),
        tone: outcome.refused > 0 ? 'wrong' : 'done',
        detail: outcome.refused > 0 ? refusal(outcome) : undefined,
        action:
          back && outcome.done.length > 0
            ? { label: t('list.undo'), run: () => void takeBack(() => back(outcome.done)) }
            : undefined,
      });
    } catch (error) {
      failed(error);
    } finally {
      setDone(null);
      await refresh();
    }
  };
  const remove = () =>
    run(
      'list.deleted',
      () => removeAll(object.name, ids, setDone),
      object.may.restore ? (gone) => restoreAll(object.name, gone, untold) : undefined,
    );
  const change = (field: string, value: Json) => {
    setChanging(null);
    let before: Awaited<ReturnType<typeof valuesOf>> = new Map();
    return run(
      'list.changed',
      async () => {
        before = await valuesOf(object.name, ids, [field]);
        return changeAll(object.name, ids, { [field]: sent(value) }, setDone);
      },
      (changed) =>
        putBack(object.name, field, new Map(changed.map((id) => [id, sent(before.get(id)?.[field] ?? null)])), untold),
    );
  };
  const move = (name: string) =>
    run('list.moved', async () => {
      const rows = await valuesOf(object.name, ids, []);
      const versions = [...rows].map(([id, row]) => ({ id, version: Number(row.version) }));
      return moveAll(object.name, versions, name, setDone);
    });
  const moves = Object.entries(object.transitions?.moves ?? {});
  return (
    <div className={styles.bulk} role="toolbar" aria-label={t('list.marked', { count: selected.size })}>
      <span className="number" aria-live="polite">
        {busy ? t('list.underWay', { done, count: selected.size }) : t('list.marked', { count: selected.size })}
      </span>
      {object.may.update && fieldsOfMany(object).length > 0 && (
        <Act icon={PencilLine} disabled={busy} onClick={() => setChanging('any')}>
          {t('list.change')}
        </Act>
      )}
      {object.may.assign && object.fields.owner && (
        <Act icon={UserRoundPen} disabled={busy} onClick={() => setChanging('owner')}>
          {t('list.transfer')}
        </Act>
      )}
      {moves.length > 0 && (
        <Dropdown
          trigger={['click']}
          disabled={busy}
          menu={{
            items: moves.map(([key, { label }]) => ({ key, label })),
            onClick: ({ key }) => void move(key),
          }}
        >
          <Act icon={ArrowRight} disabled={busy}>
            {t('list.move')}
          </Act>
        </Dropdown>
      )}
      {object.may.delete && (
        <Act icon={Trash2} disabled={busy} onClick={() => void remove()}>
          {t('list.delete')}
        </Act>
      )}
      <Act icon={X} aria-label={t('list.unmark')} onClick={() => onSelect(new Set())} />
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

function Act({ icon: Icon, children, ...rest }: ComponentProps<'button'> & { icon: LucideIcon }) {
  return (
    <button {...rest}>
      <Icon size={15} aria-hidden />
      {children}
    </button>
  );
}

function untold(): void {
  // What is taken back is not counted: the bar is about what is marked now.
}
