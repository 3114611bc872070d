import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bell } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isOpen, type Job, jobsQuery } from '../api/jobs';
import { markRead, type Notification, notificationsQuery } from '../api/notifications';
import { usePerson } from '../api/session';
import { boxQuery } from '../api/tasks';
import { relative } from '../texts/moment';
import { toast } from '../ui/toast';
import shell from './Shell.module.css';
import { TaskEntry } from './TaskEntry';
import styles from './Tray.module.css';
import { waiting } from './waiting';

/** The work of people; the others are the system's own. */
const OF_PEOPLE = ['import', 'export', 'bulk'];
/** How long finished work stays in sight, in milliseconds. */
const STAYS = 24 * 60 * 60 * 1000;
/** Tasks at once of which nothing was told; the inbox has them all. */
const TASKS = 3;

/** What the system told somebody, and what it is doing for that person. */
export function Tray() {
  const { t } = useTranslation();
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const person = usePerson();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const query = notificationsQuery(person.id);
  const { data: notifications = [] } = useQuery(query);
  const { data: jobs = [] } = useQuery(jobsQuery);
  // The same that the menu counts.
  const { data: todo } = useInfiniteQuery(boxQuery('todo'));
  const { told, further } = waiting(notifications, todo?.pages[0]?.tasks ?? []);
  const since = Date.now() - STAYS;
  const work = jobs.filter(
    (job) => OF_PEOPLE.includes(job.kind) && job.created_by?.id === person.id && Date.parse(job.created_at) > since,
  );
  const unread = notifications.filter((one) => one.read_at === null);
  const busy = work.some(isOpen);
  const read = async (ids: string[]) => {
    if (ids.length === 0) return;
    try {
      await markRead(ids);
    } catch (error) {
      toast({ text: error instanceof Error ? error.message : String(error), tone: 'wrong' });
    }
    await queries.invalidateQueries({ queryKey: query.queryKey });
  };
  const count = unread.length;
  const leave = () => panel.current?.hidePopover();
  return (
    <>
      <button
        className={shell.round}
        data-tour="news"
        popoverTarget={id}
        aria-label={t('tray.open', { count })}
        data-busy={busy || undefined}
      >
        <Bell size={18} aria-hidden />
        {count > 0 && <b className={styles.count}>{count > 9 ? '9+' : count}</b>}
        {busy && count === 0 && <i className={styles.busy} />}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        className={styles.panel}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {open && (
          <>
            <div className={styles.head}>
              <strong>{t('tray.title')}</strong>
              {count > 0 && <button onClick={() => void read(unread.map((one) => one.id))}>{t('tray.readAll')}</button>}
            </div>
            {work.length > 0 && (
              <ul className={styles.list} aria-label={t('tray.work')}>
                {work.map((job) => (
                  <Work key={job.id} job={job} />
                ))}
              </ul>
            )}
            {further.length > 0 && (
              <>
                <div className={styles.heading} id={`${id}-tasks`}>
                  {t('tray.waits', { count: further.length })}
                  {further.length > TASKS && (
                    <Link to="/approvals/$box" params={{ box: 'todo' }} onClick={leave}>
                      {t('tray.allTasks')}
                    </Link>
                  )}
                </div>
                <ul className={styles.list} aria-labelledby={`${id}-tasks`}>
                  {further.slice(0, TASKS).map((task) => (
                    <TaskEntry
                      key={task.id}
                      task={task}
                      at={task.created_at}
                      unread={false}
                      onDone={(away) => away && leave()}
                    />
                  ))}
                </ul>
              </>
            )}
            {notifications.length + work.length + further.length === 0 && (
              <p className={styles.none}>{t('tray.none')}</p>
            )}
            {told.length > 0 && further.length > 0 && <div className={styles.heading}>{t('tray.told')}</div>}
            <ul className={styles.list}>
              {told.map(({ told: one, task }) => {
                const onRead = () => {
                  if (one.read_at === null) void read([one.id]);
                };
                if (task === undefined) {
                  return (
                    <Told
                      key={one.id}
                      told={one}
                      onRead={() => {
                        leave();
                        onRead();
                      }}
                    />
                  );
                }
                return (
                  <TaskEntry
                    key={one.id}
                    task={task}
                    subject={one.subject}
                    text={one.text}
                    at={one.created_at}
                    unread={one.read_at === null}
                    onDone={(away) => {
                      if (away) leave();
                      onRead();
                    }}
                  />
                );
              })}
            </ul>
          </>
        )}
      </div>
    </>
  );
}

function Told({ told, onRead }: { told: Notification; onRead: () => void }) {
  const body = (
    <>
      <span className={styles.subject}>{told.subject}</span>
      {told.text && <span className={styles.text}>{told.text}</span>}
      <time className={styles.when} dateTime={told.created_at}>
        {relative(told.created_at, Date.now())}
      </time>
    </>
  );
  return (
    <li className={styles.told} data-unread={told.read_at === null || undefined}>
      {told.about ? (
        <Link to="/records/$object/$id" params={{ object: told.about.object, id: told.about.id }} onClick={onRead}>
          {body}
        </Link>
      ) : (
        <button onClick={onRead}>{body}</button>
      )}
    </li>
  );
}

/** Work, counted where it can be. */
function Work({ job }: { job: Job }) {
  const { t, i18n } = useTranslation();
  const [done, of] = [Number(job.progress?.done ?? 0), Number(job.progress?.of ?? 0)];
  const shown = (figure: number) => figure.toLocaleString(i18n.language);
  return (
    <li className={styles.work}>
      <span>{t(`tray.kinds.${job.kind}`)}</span>
      <span className="number">
        {isOpen(job) && of > 0 ? `${shown(done)} / ${shown(of)}` : t(`tray.states.${job.state}`)}
      </span>
      {isOpen(job) && <progress aria-label={t(`tray.kinds.${job.kind}`)} {...(of ? { value: done, max: of } : {})} />}
    </li>
  );
}
