import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useOnce } from '../api/once';
import { decide, type Task } from '../api/tasks';
import { isStale, Problem } from '../definition/problem';
import { relative } from '../texts/moment';
import { toast } from '../ui/toast';
import styles from './Tray.module.css';

interface Props {
  task: Task;
  /** What was told of it; the record says what it is about where nothing was. */
  subject?: string | undefined;
  text?: string | null | undefined;
  at: string;
  unread: boolean;
  /** The tray is left, or something was done about what it tells. */
  onDone: (leave: boolean) => void;
}

/** A task that waits: it is approved here, or opened where more is to be said. */
export function TaskEntry({ task, subject, text, at, unread, onDone }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const open = () => navigate({ to: '/approvals/$box/$id', params: { box: 'todo', id: task.id } });
  const act = task.origin === 'delegated' ? undefined : task.kind === 'handle' ? 'done' : 'approve';
  const acting = useOnce({
    mutationFn: (how: 'approve' | 'done') => decide(task.id, how, {}, task.record.version ?? undefined),
    onSuccess: async (_, how) => {
      toast({ text: t(`approvals.told.${how}`), tone: 'done' });
      onDone(false);
      await Promise.all(['tasks', 'record', 'records'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    },
    onError: (error) => {
      const more =
        error instanceof Problem &&
        (isStale(error) || [...error.findings.keys()].some((path) => /^(comment$|picks\.)/.test(path)));
      toast({ text: error.message, tone: 'wrong' });
      // More is to be said, or seen, than there is room for here.
      if (more) {
        onDone(true);
        void open();
      } else void queries.invalidateQueries({ queryKey: ['tasks'] });
    },
  });
  const title = task.record.title ?? '—';
  return (
    <li className={styles.told} data-unread={unread || undefined}>
      <Link to="/approvals/$box/$id" params={{ box: 'todo', id: task.id }} onClick={() => onDone(true)}>
        <span className={styles.subject}>{subject ?? title}</span>
        {subject !== undefined && <span className={styles.text}>{text ?? title}</span>}
      </Link>
      <div className={styles.acts}>
        <time className={styles.when} dateTime={at}>
          {subject === undefined && task.initiator?.title && `${task.initiator.title} · `}
          {relative(at, Date.now())}
        </time>
        {act && (
          <button
            data-first
            disabled={acting.isPending}
            aria-label={`${t(`approvals.acts.${act}`)}: ${title}`}
            onClick={() => acting.mutate(act)}
          >
            {t(`approvals.acts.${act}`)}
          </button>
        )}
        <button
          aria-label={`${t('tray.openTask')}: ${title}`}
          onClick={() => {
            onDone(true);
            void open();
          }}
        >
          {t('tray.openTask')}
        </button>
      </div>
    </li>
  );
}
