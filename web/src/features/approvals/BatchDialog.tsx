import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { decide, type Task } from '../../api/tasks';
import { CountedBar } from '../../ui/CountedBar';
import { Dialog } from '../../ui/Dialog';
import { toast } from '../../ui/toast';
import styles from './approvals.module.css';
import { Comment } from '../../flows/Comment';
import { refresh } from './useDecision';

interface Props {
  tasks: readonly Task[];
  act: 'approve' | 'reject';
  onMark: (marked: ReadonlySet<string>) => void;
  onClose: () => void;
}

/** What came of each task so far. */
interface Progress {
  done: number;
  refused: { task: Task; why: string }[];
  over: boolean;
}

/** Decides one task after another alike, each as it was seen, and tells which were refused and why, with the way to them. */
export default function BatchDialog({ tasks, act, onMark, onClose }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [comment, setComment] = useState('');
  const [progress, setProgress] = useState<Progress | null>(null);
  // Who leaves stops it: what was not come to stays as it is.
  const stopped = useRef(false);
  useEffect(() => {
    stopped.current = false;
    return () => {
      stopped.current = true;
    };
  }, []);
  const run = async () => {
    const said = comment.trim() === '' ? {} : { comment };
    const refused: Progress['refused'] = [];
    const left = new Set(tasks.map(({ id }) => id));
    let done = 0;
    setProgress({ done, refused, over: false });
    for (const task of tasks) {
      if (stopped.current) break;
      try {
        await decide(task.id, act, said, task.record.version ?? undefined);
        left.delete(task.id);
        done += 1;
      } catch (error) {
        refused.push({ task, why: error instanceof Error ? error.message : String(error) });
      }
      setProgress({ done, refused: [...refused], over: false });
    }
    // What was refused stays marked.
    onMark(left);
    await refresh(queries);
    if (done > 0) toast({ text: t(`approvals.many.${act}`, { count: done }), tone: 'done' });
    if (refused.length === 0) onClose();
    else setProgress({ done, refused, over: true });
  };
  const title = t(`approvals.together.${act}`, { count: tasks.length });
  return (
    <Dialog
      title={title}
      width={480}
      onClose={onClose}
      footer={
        progress === null ? (
          <Button type="primary" danger={act === 'reject'} onClick={() => void run()}>
            {t(`approvals.acts.${act}`)}
          </Button>
        ) : (
          <Button onClick={onClose}>{t(progress.over ? 'approvals.close' : 'approvals.stop')}</Button>
        )
      }
    >
      <div className={styles.asked}>
        {progress === null ? (
          <>
            <ul className={styles.titles}>
              {tasks.map(({ id, record }) => (
                <li key={id}>{record.title ?? '—'}</li>
              ))}
            </ul>
            <Comment value={comment} onChange={setComment} />
          </>
        ) : (
          <CountedBar label={t('approvals.trace')} done={progress.done + progress.refused.length} of={tasks.length} />
        )}
        {progress && progress.refused.length > 0 && (
          <div role="alert">
            <strong>{t('approvals.refused', { count: progress.refused.length })}</strong>
            <ul className={styles.titles}>
              {progress.refused.map(({ task, why }) => (
                <li key={task.id}>
                  <Link to="/approvals/$box/$id" params={{ box: 'todo', id: task.id }} search onClick={onClose}>
                    {task.record.title ?? '—'}
                  </Link>
                  <small>{why}</small>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </Dialog>
  );
}
