import { Link } from '@tanstack/react-router';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { useLabels } from '../../api/definitions';
import type { Box, Instance, Task } from '../../api/tasks';
import { moment } from '../../fields/date';
import { relative } from '../../texts/moment';
import { State } from '../../ui/State';
import styles from './approvals.module.css';
import { Due } from '../../flows/Due';
import { isToApprove } from './seats';

/** A line of a box: a task, or a flow that the person began. */
export type Entry = Task | Instance;

interface Props {
  box: Box;
  entries: readonly Entry[];
  list: RefObject<HTMLUListElement | null>;
  marked: ReadonlySet<string>;
  onMark: (marked: ReadonlySet<string>) => void;
}

const TONES = { handle: 'violet', cc: 'grey' } as const;

/** The lines of a box; those that wait for an approval can be marked, to be approved together. */
export function Items({ box, entries, list, marked, onMark }: Props) {
  const { t } = useTranslation();
  const several = entries.filter(isMarkable).length > 1;
  const mark = (id: string) => {
    const next = new Set(marked);
    if (!next.delete(id)) next.add(id);
    onMark(next);
  };
  return (
    <ul ref={list} className={styles.items} aria-label={t(`approvals.boxes.${box}`)}>
      {entries.map((entry) => (
        <li key={entry.id} data-marked={marked.has(entry.id) || undefined}>
          {box === 'todo' && several && (
            <label className={styles.mark}>
              {isMarkable(entry) && (
                <input
                  type="checkbox"
                  aria-label={t('approvals.mark', { title: entry.record.title ?? '—' })}
                  checked={marked.has(entry.id)}
                  onChange={() => mark(entry.id)}
                />
              )}
            </label>
          )}
          <Line box={box} entry={entry} />
        </li>
      ))}
    </ul>
  );
}

/** Whether it can be approved together with others. */
export function isMarkable(entry: Entry): entry is Task {
  return 'kind' in entry && isToApprove(entry);
}

function Line({ box, entry }: { box: Box; entry: Entry }) {
  const { t } = useTranslation();
  const called = useLabels();
  const task = 'kind' in entry ? entry : undefined;
  const unread = task?.read_at === null && (box === 'todo' || box === 'cc');
  const at = 'kind' in entry ? (entry.decided_at ?? entry.created_at) : (entry.ended_at ?? entry.started_at);
  return (
    <Link
      to="/approvals/$box/$id"
      params={{ box, id: entry.id }}
      search
      className={styles.item}
      data-task={entry.id}
      activeProps={{ 'data-active': true, 'aria-current': 'true' }}
    >
      <span className={styles.first}>
        <strong data-unread={unread || undefined}>{entry.record.title ?? '—'}</strong>
        <time className={styles.ago} dateTime={at} title={moment(at)}>
          {relative(at, Date.now())}
        </time>
      </span>
      <span className={styles.second}>
        <span className={styles.about}>
          {called('workflow', entry.workflow)}
          {task?.initiator?.title && ` · ${task.initiator.title}`}
          {box === 'todo' && task?.origin === 'delegated' && ` · ${t('approvals.lent')}`}
          {box !== 'todo' && ` · ${t(`approvals.states.${entry.state}`, { defaultValue: entry.state })}`}
        </span>
        {(box === 'todo' || box === 'started') && <Due of={entry} />}
        {task && task.kind !== 'approve' && box !== 'done' && (
          <State tone={TONES[task.kind]}>{t(`approvals.kinds.${task.kind}`)}</State>
        )}
      </span>
    </Link>
  );
}
