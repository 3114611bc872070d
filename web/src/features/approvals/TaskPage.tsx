import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../definition/problem';
import { useDefinition, useLabels } from '../../api/definitions';
import { decide, instanceQuery, type Task, type WholeInstance, taskQuery } from '../../api/tasks';
import { asGranted } from '../../definition/form';
import { RecordValues } from '../../forms/RecordValues';
import { usePhone } from '../../ui/appearance';
import { ErrorState } from '../../ui/ErrorState';
import { Waiting } from '../../ui/Skeleton';
import styles from './approvals.module.css';
import { Changed } from './Changed';
import { Decide } from './Decide';
import { TaskForm } from './TaskForm';
import { Trace } from './Trace';
import { TakeBack, Ways } from './Ways';

const route = getRouteApi('/inside/approvals/$box/$id');

/** One task, or one flow the person began: the record, how far it is, and what the person can do. */
export function TaskPage() {
  const { t } = useTranslation();
  const called = useLabels();
  const { box, id } = route.useParams();
  const started = box === 'started';
  const task = useQuery({ ...taskQuery(id), enabled: !started });
  const instance = useQuery({
    ...instanceQuery(started ? id : (task.data?.instance ?? '')),
    enabled: started || !!task.data,
  });
  useRead(task.data);
  const phone = usePhone();
  const title = useRef<HTMLHeadingElement>(null);
  const there = instance.data !== undefined;
  // Where it takes the place of the list, whoever came by keys goes on here.
  useEffect(() => {
    if (phone && there) title.current?.focus();
  }, [phone, there, id]);
  const error = failureOf(task) ?? failureOf(instance);
  if (error) return <ErrorState error={error} reset={() => void (task.error ? task.refetch() : instance.refetch())} />;
  if (instance.data === undefined) return <Waiting />;
  const { record, workflow } = instance.data;
  return (
    <article className={styles.task} data-titled aria-label={record.title ?? undefined}>
      <header className={styles.head}>
        <Link to="/approvals/$box" params={{ box }} search className={styles.back} aria-label={t('approvals.back')}>
          <ArrowLeft size={18} aria-hidden />
        </Link>
        <div>
          <h2 ref={title} tabIndex={-1}>
            <Link to="/records/$object/$id" params={{ object: record.object, id: record.id }}>
              {record.title ?? '—'}
            </Link>
          </h2>
          <span className={styles.about}>{called('workflow', workflow)}</span>
        </div>
      </header>
      <Shown key={id} instance={instance.data} task={task.data} box={box} />
    </article>
  );
}

/** What it is about, as far as the step shows it, and what the person can do. */
function Shown({ instance, task, box }: { instance: WholeInstance; task: Task | undefined; box: string }) {
  const { t } = useTranslation();
  const { record } = instance;
  const object = asGranted(useDefinition('object', record.object), task?.fields);
  const [changing, setChanging] = useState(false);
  if (changing && task) return <TaskForm task={task} object={object} onDone={() => setChanging(false)} />;
  const decides = task?.state === 'open' && task.may !== undefined;
  const about = (
    <>
      <Changed task={task} object={object} />
      <RecordValues object={object} id={record.id} named={task?.form} />
    </>
  );
  return (
    <>
      <div className={styles.content} tabIndex={0} role="region" aria-label={record.title ?? t('approvals.trace')}>
        {/* Who decides looks at what it is about; who asked for it, at how far it is. */}
        {decides && about}
        <Trace instance={instance} />
        {!decides && about}
      </div>
      {decides && (
        <Decide
          task={task}
          object={object}
          box={box}
          labels={new Map(instance.path.map((step) => [step.node, step.label]))}
          onChange={() => setChanging(true)}
        />
      )}
      {task?.may?.includes('take_back') && <TakeBack task={task} box={box} />}
      {box === 'started' && instance.state === 'running' && <Ways instance={instance} />}
    </>
  );
}

/** What was opened was read. */
function useRead(task: Task | undefined): void {
  const queries = useQueryClient();
  const waits = task?.kind === 'cc' || task?.may !== undefined;
  const unread = task !== undefined && waits && task.read_at === null ? task.id : undefined;
  useEffect(() => {
    if (unread === undefined) return;
    decide(unread, 'read', {})
      .then(() => {
        const told = [
          ['tasks', 'todo'],
          ['tasks', 'cc'],
          ['tasks', 'one', unread],
        ];
        return Promise.all(told.map((queryKey) => queries.invalidateQueries({ queryKey })));
      })
      // It stays unread, and is told to be read when it is opened again.
      .catch(() => undefined);
  }, [unread, queries]);
}
