import { useQueryClient } from '@tanstack/react-query';
import { Trash2, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/client';
import type { ObjectDefinition } from '../../definition/types';
import { toast } from '../../ui/toast';
import styles from './list.module.css';
import type { Rows } from './usePages';

interface Props {
  object: ObjectDefinition;
  selected: ReadonlySet<string>;
  rows: Rows;
  onDone: () => void;
}

interface Outcome {
  results: { status: number; error?: { title: string } }[];
}

/** What can be done with the marked records at once. What is undone can be undone here, so nothing asks before. */
export function BulkBar({ object, selected, onDone }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ['records', object.name] });
  const run = async (ids: string[], operation: 'delete' | 'restore') => {
    if (operation === 'restore') {
      await Promise.all(ids.map((id) => ask('POST', `/records/${object.name}/${id}/restore`)));
      return ids.length;
    }
    const operations = ids.map((id) => ({ delete: { id } }));
    const { body } = await ask<Outcome>('POST', `/records/${object.name}/bulk`, { body: { mode: 'each', operations } });
    return body.results.filter((one) => one.status < 300).length;
  };
  const remove = async () => {
    const ids = [...selected];
    const done = await run(ids, 'delete');
    onDone();
    await refresh();
    toast({
      text: t('list.deleted', { count: done }),
      tone: done < ids.length ? 'wrong' : 'done',
      detail: done < ids.length ? t('list.notDeleted', { count: ids.length - done }) : undefined,
      action: object.may.restore
        ? { label: t('list.undo'), run: () => void run(ids, 'restore').then(refresh) }
        : undefined,
    });
  };
  const act = (what: () => Promise<void>) => () => {
    what().catch((error: Error) => toast({ text: error.message, tone: 'wrong' }));
  };
  return (
    <div className={styles.bulk} role="toolbar" aria-label={t('list.marked', { count: selected.size })}>
      <span className="number">{t('list.marked', { count: selected.size })}</span>
      {object.may.delete && (
        <button onClick={act(remove)}>
          <Trash2 size={15} aria-hidden />
          {t('list.delete')}
        </button>
      )}
      <button aria-label={t('list.unmark')} onClick={onDone}>
        <X size={15} aria-hidden />
      </button>
    </div>
  );
}
