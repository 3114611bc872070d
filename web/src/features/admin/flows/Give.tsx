import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { giveTask } from '../../../api/flows';
import type { Task } from '../../../api/tasks';
import type { Referred } from '../../../definition/reference';
import { Chooser } from '../Chooser';
import { OrderDialog } from './OrderDialog';

interface Props {
  tasks: readonly Pick<Task, 'id' | 'record'>[];
  onClose: () => void;
  onDone?: () => void;
}

/** Gives tasks to somebody else, whatever their steps allow their holders. */
export default function Give({ tasks, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const [to, setTo] = useState<Referred | null>(null);
  const act = async (comment: string) => {
    if (to === null) return;
    // One after the other: several may lie in one flow. The first that is refused ends it; what went stays.
    for (const task of tasks) await giveTask(task.id, to.id, comment);
    onDone?.();
  };
  return (
    <OrderDialog
      title={t('admin.flows.give', { count: tasks.length })}
      help={tasks.length === 1 ? (tasks[0]?.record.title ?? '—') : t('admin.flows.giveHelp')}
      ready={to !== null}
      done={t('admin.flows.given', { count: tasks.length, to: to?.title ?? '' })}
      act={act}
      onClose={onClose}
    >
      <Chooser label={t('admin.flows.to')} object="base.user" value={to} onChange={setTo} />
    </OrderDialog>
  );
}
