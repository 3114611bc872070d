import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { decide, returnTargetsQuery, type Task } from '../../api/tasks';
import type { ObjectDefinition } from '../../definition/types';
import { useShown } from '../../forms/useRecord';
import { TextArea } from '../../ui/TextArea';
import { toast } from '../../ui/toast';
import styles from './approvals.module.css';
import { useDecision } from './useDecision';

/** What somebody decides, and to which step it goes back. */
interface Decision {
  how: 'approve' | 'reject' | 'return' | 'comment';
  to?: string;
}

interface Props {
  task: Task;
  /** As the step shows it. */
  object: ObjectDefinition;
  box: string;
  onChange: () => void;
}

/** What the holder of a task can do with it. */
export function Decide({ task, object, box, onChange }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [comment, setComment] = useState('');
  const targets = useQuery(returnTargetsQuery(task.id));
  const { found } = useShown(object, task.record.id);
  const seen = found.data?.version;
  const said = comment.trim() === '' ? {} : { comment };
  const deciding = useDecision(
    // What is approved is what was seen.
    ({ how, to }: Decision) =>
      decide(task.id, how, { ...said, ...(to === undefined ? {} : { to }) }, how === 'comment' ? undefined : seen),
    ({ how }) => {
      toast({ text: t(`approvals.done.${how}`), tone: 'done' });
      if (how !== 'comment') void navigate({ to: '/approvals/$box', params: { box } });
    },
  );
  const busy = (how: string) => deciding.isPending && deciding.variables.how === how;
  // One decides once.
  const other = (how: string) => found.isPending || (deciding.isPending && deciding.variables.how !== how);
  return (
    <footer className={styles.decide}>
      <TextArea
        aria-label={t('approvals.comment')}
        placeholder={t('approvals.comment')}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
      />
      <div className={styles.buttons}>
        <Button
          type="primary"
          loading={busy('approve')}
          disabled={other('approve')}
          onClick={() => deciding.mutate({ how: 'approve' })}
        >
          {t('approvals.approve')}
        </Button>
        <Button
          danger
          loading={busy('reject')}
          disabled={other('reject')}
          onClick={() => deciding.mutate({ how: 'reject' })}
        >
          {t('approvals.reject')}
        </Button>
        {(targets.data ?? []).map((target) => (
          <Button
            key={target.node}
            disabled={found.isPending || deciding.isPending}
            onClick={() => deciding.mutate({ how: 'return', to: target.node })}
          >
            {t('approvals.returnTo', { step: target.label })}
          </Button>
        ))}
        {Object.values(task.fields ?? {}).includes('edit') && (
          <Button disabled={deciding.isPending} onClick={onChange}>
            {t('record.edit')}
          </Button>
        )}
        {comment.trim() !== '' && (
          <Button disabled={deciding.isPending} onClick={() => deciding.mutate({ how: 'comment' })}>
            {t('approvals.say')}
          </Button>
        )}
      </div>
    </footer>
  );
}
