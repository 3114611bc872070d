import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../api/session';
import { type Act, instanceQuery, PLACES, type Said, type Task } from '../../api/tasks';
import { Problem } from '../../definition/problem';
import type { Referred } from '../../definition/reference';
import { Dialog } from '../../ui/Dialog';
import { Face } from '../../ui/Face';
import styles from './approvals.module.css';
import { Choices } from './Choices';
import { People } from '../../flows/People';
import { isPicked, type Picked, PicksInput, sentPicks, wrongPicks } from '../../flows/Picks';
import { refusalOf } from './refusal';
import { Comment, Wrong } from '../../flows/Comment';
import { asked, isWaited } from './seats';
import { type Doing, useAct } from './useAct';

interface Props {
  task: Task;
  act: Act;
  box: string;
  seen?: number | undefined;
  /** What was written before it was asked for. */
  comment?: string;
  onDone?: (doing: Doing) => void;
  onClose: () => void;
}

/** Which people an act asks for. */
const NEEDS: Partial<Record<Act, 'one' | 'several' | 'seat'>> = {
  transfer: 'one',
  delegate: 'one',
  add_sign: 'several',
  cc: 'several',
  remove_sign: 'seat',
};

/** What is said with something that is done with a task: to whom, where, and why. */
export default function ActDialog({ task, act, box, seen, comment: before = '', onDone, onClose }: Props) {
  const { t } = useTranslation();
  const { user } = useSession();
  const [people, setPeople] = useState<Referred[]>([]);
  const [place, setPlace] = useState<Said['place']>('before');
  const [seat, setSeat] = useState<string>();
  const [comment, setComment] = useState(before);
  const needs = NEEDS[act];
  const picks = act === 'approve' ? (task.picks ?? []) : [];
  const [picked, setPicked] = useState<Picked>({});
  const { data: instance } = useQuery({
    ...instanceQuery(task.instance),
    enabled: needs !== undefined || picks.length > 0,
  });
  const acting = useAct({
    task,
    box,
    seen,
    places: ['person', 'comment', 'picks', 'whole'],
    onDone: (doing) => {
      onDone?.(doing);
      onClose();
    },
  });
  const refused = refusalOf(acting.error);
  const tasks = instance?.tasks ?? [];
  const seats = tasks.filter((one) => task.removable?.includes(one.id));
  const seated =
    act === 'add_sign'
      ? tasks.filter((one) => asked(one, task) && isWaited(one)).flatMap((one) => one.assignee?.id ?? [])
      : [];
  const findings = acting.error instanceof Problem ? acting.error.findings : new Map<string, string[]>();
  const ready = !isPicked(picks, picked)
    ? false
    : needs === undefined || (needs === 'seat' ? seat !== undefined : people.length > 0);
  const said = (): Said => {
    const words = comment.trim() === '' ? {} : { comment };
    const ids = people.map((one) => one.id);
    if (needs === 'seat' && seat !== undefined) return { ...words, task: seat };
    if (needs === 'one' && ids[0] !== undefined) return { ...words, to: ids[0] };
    if (needs === 'several') return { ...words, people: ids, ...(act === 'add_sign' && place ? { place } : {}) };
    return picks.length > 0 ? { ...words, picks: sentPicks(picked) } : words;
  };
  const title = t(`approvals.acts.${act}`);
  return (
    <Dialog
      title={title}
      width={480}
      onClose={onClose}
      footer={
        <Button
          type="primary"
          danger={act === 'reject'}
          disabled={!ready}
          loading={acting.isPending}
          onClick={() => acting.mutate({ act, said: said() })}
        >
          {title}
        </Button>
      }
    >
      <div className={styles.asked}>
        <p className={styles.about}>
          {needs === undefined ? (task.record.title ?? '—') : t(`approvals.explained.${act}`)}
        </p>
        {(needs === 'one' || needs === 'several') && (
          <People
            label={t(needs === 'one' ? 'approvals.person' : 'approvals.people')}
            several={needs === 'several'}
            value={people}
            onChange={setPeople}
            without={[user.id, ...seated]}
            wrong={refused.person}
          />
        )}
        {act === 'add_sign' && (
          <Choices
            label={t('approvals.when')}
            choices={PLACES.map((key) => ({
              key,
              label: t(`approvals.places.${key}`),
              help: t(`approvals.placed.${key}`),
            }))}
            value={place}
            onChange={setPlace}
          />
        )}
        {needs === 'seat' && instance && seats.length === 0 && <p role="status">{t('approvals.nobodyElse')}</p>}
        {needs === 'seat' && seats.length > 0 && (
          <Choices
            label={t('approvals.person')}
            choices={seats.map((one) => ({
              key: one.id,
              label: (
                <span className={styles.person}>
                  <Face name={one.assignee?.title ?? '?'} /> {one.assignee?.title ?? '—'}
                </span>
              ),
              help: t(`approvals.states.${one.state}`),
            }))}
            value={seat}
            onChange={setSeat}
          />
        )}
        {needs === 'seat' && <Wrong>{refused.person}</Wrong>}
        <PicksInput
          asked={picks}
          labels={new Map(instance?.path.map((step) => [step.node, step.label]))}
          value={picked}
          onChange={setPicked}
          wrong={wrongPicks(findings)}
        />
        <Comment value={comment} onChange={setComment} wrong={refused.comment} />
        <Wrong>{refused.whole}</Wrong>
      </div>
    </Dialog>
  );
}
