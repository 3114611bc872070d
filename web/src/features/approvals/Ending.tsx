import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cancel, type WholeInstance } from '../../api/tasks';
import { Dialog } from '../../ui/Dialog';
import { toast } from '../../ui/toast';
import styles from './approvals.module.css';
import { Comment, Wrong } from '../../flows/Comment';
import { refusalOf } from './refusal';
import { isWaited } from './seats';
import { useDecision } from './useDecision';

interface Props {
  instance: WholeInstance;
  onClose: () => void;
}

/** Asks an administrator before a flow is ended: that cannot be undone. */
export default function Ending({ instance, onClose }: Props) {
  const { t } = useTranslation();
  const [comment, setComment] = useState('');
  const ending = useDecision<void, void>(
    () => cancel(instance.id, comment.trim()),
    () => {
      toast({ text: t('approvals.told.cancel'), tone: 'done' });
      onClose();
    },
    // It is said in here.
    () => true,
  );
  const refused = refusalOf(ending.error);
  const waited = instance.tasks.filter((task) => task.kind !== 'cc' && isWaited(task));
  return (
    <Dialog
      title={t('approvals.end')}
      width={480}
      onClose={onClose}
      footer={
        <Button danger type="primary" loading={ending.isPending} onClick={() => ending.mutate()}>
          {t('approvals.end')}
        </Button>
      }
    >
      <div className={styles.asked}>
        <p>{t('approvals.endAsk', { title: instance.record.title ?? '—' })}</p>
        <p className={styles.about}>
          {t('approvals.endTasks', { count: waited.length })}
          {instance.parked && ` ${t('approvals.endMove')}`}
        </p>
        <Comment value={comment} onChange={setComment} wrong={refused.comment} />
        <Wrong>{refused.whole ?? refused.person}</Wrong>
      </div>
    </Dialog>
  );
}
