import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { ArrowLeft } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../api/session';
import { decide, instanceQuery, type Instance, returnTargetsQuery, type Task, taskQuery, withdraw } from '../../api/tasks';
import { RecordValues } from '../../forms/RecordValues';
import { ErrorState } from '../../ui/ErrorState';
import { Waiting } from '../../ui/Skeleton';
import { TextArea } from '../../ui/TextArea';
import { toast } from '../../ui/toast';
import styles from './approvals.module.css';
import { Trace } from './Trace';

const route = getRouteApi('/inside/approvals/$box/$id');

/** One task, or one flow the person began: the record, how far it is, and what the person can do. */
export function TaskPage() {
  const { t } = useTranslation();
  const { box, id } = route.useParams();
  const started = box === 'started';
  const task = useQuery({ ...taskQuery(id), enabled: !started });
  const instance = useQuery({ ...instanceQuery(started ? id : (task.data?.instance ?? '')), enabled: started || !!task.data });
  useRead(box === 'cc' ? task.data : undefined);
  const error = task.error ?? instance.error;
  if (error) return <ErrorState error={error} reset={() => void (task.error ? task.refetch() : instance.refetch())} />;
  if (instance.data === undefined) return <Waiting />;
  const { record } = instance.data;
  return (
    <article className={styles.task} aria-label={record.title ?? undefined}>
      <header className={styles.head}>
        <Link to="/approvals/$box" params={{ box }} className={styles.back} aria-label={t('approvals.back')}>
          <ArrowLeft size={18} aria-hidden />
        </Link>
        <h2>
          <Link to="/records/$object/$id" params={{ object: record.object, id: record.id }}>
            {record.title ?? '—'}
          </Link>
        </h2>
      </header>
      <div className={styles.content}>
        <Trace instance={instance.data} />
        <RecordValues object={record.object} id={record.id} />
      </div>
      {task.data?.state === 'open' && task.data.kind === 'approve' && <Decide key={id} task={task.data} box={box} />}
      {started && instance.data.state === 'running' && <Withdraw instance={instance.data} />}
    </article>
  );
}

/** A copy that was opened was read. */
function useRead(task: Task | undefined): void {
  const queries = useQueryClient();
  const unread = task !== undefined && task.read_at === null ? task.id : undefined;
  useEffect(() => {
    if (unread === undefined) return;
    void decide(unread, 'read', {}).then(() => queries.invalidateQueries({ queryKey: ['tasks'] }));
  }, [unread, queries]);
}

/** What was decided changes boxes, the record and its lists. */
function useDecision<T>(act: (how: T) => Promise<void>, after: (how: T) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: async (_, how) => {
      after(how);
      await Promise.all(['tasks', 'record', 'records'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    },
    onError: (error) => toast({ text: error.message, tone: 'wrong' }),
  });
}

/** What somebody decides, and to which step it goes back. */
interface Decision {
  how: 'approve' | 'reject' | 'return' | 'comment';
  to?: string;
}

function Decide({ task, box }: { task: Task; box: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [comment, setComment] = useState('');
  const targets = useQuery(returnTargetsQuery(task.id));
  const said = comment.trim() === '' ? {} : { comment };
  const deciding = useDecision(
    ({ how, to }: Decision) => decide(task.id, how, { ...said, ...(to === undefined ? {} : { to }) }),
    ({ how }) => {
      toast({ text: t(`approvals.done.${how}`), tone: 'done' });
      if (how !== 'comment') void navigate({ to: '/approvals/$box', params: { box } });
    },
  );
  const busy = (how: string) => deciding.isPending && deciding.variables.how === how;
  return (
    <footer className={styles.decide}>
      <TextArea
        aria-label={t('approvals.comment')}
        placeholder={t('approvals.comment')}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
      />
      <div className={styles.buttons}>
        <Button type="primary" loading={busy('approve')} onClick={() => deciding.mutate({ how: 'approve' })}>
          {t('approvals.approve')}
        </Button>
        <Button danger loading={busy('reject')} onClick={() => deciding.mutate({ how: 'reject' })}>
          {t('approvals.reject')}
        </Button>
        {(targets.data ?? []).map((target) => (
          <Button key={target.node} onClick={() => deciding.mutate({ how: 'return', to: target.node })}>
            {t('approvals.returnTo', { step: target.label })}
          </Button>
        ))}
        {comment.trim() !== '' && <Button onClick={() => deciding.mutate({ how: 'comment' })}>{t('approvals.say')}</Button>}
      </div>
    </footer>
  );
}

function Withdraw({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const { user } = useSession();
  const withdrawing = useDecision<void>(
    () => withdraw(instance.id, ''),
    () => toast({ text: t('approvals.done.withdraw'), tone: 'done' }),
  );
  if (instance.initiator?.id !== user.id) return null;
  return (
    <footer className={styles.decide}>
      <div className={styles.buttons}>
        <Button loading={withdrawing.isPending} onClick={() => withdrawing.mutate()}>
          {t('approvals.withdraw')}
        </Button>
      </div>
    </footer>
  );
}
