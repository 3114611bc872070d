import Button from 'antd/es/button';
import Dropdown from 'antd/es/dropdown';
import { ChevronDown } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Act, Said, Task } from '../../api/tasks';
import { Problem } from '../../definition/problem';
import type { ObjectDefinition } from '../../definition/types';
import { useShown } from '../../forms/useRecord';
import { isPicked, type Picked, PicksInput, sentPicks, wrongPicks } from '../../flows/Picks';
import styles from './approvals.module.css';
import { refusalOf } from './refusal';
import { Return } from './Return';
import { Comment } from '../../flows/Comment';
import { useAct } from './useAct';

const ActDialog = lazy(() => import('./ActDialog'));

interface Props {
  task: Task;
  /** As the step shows it. */
  object: ObjectDefinition;
  box: string;
  /** What steps are called. */
  labels: ReadonlyMap<string, string>;
  onChange: () => void;
}

/** What a task asks for, in the order of what is first where more than one is possible. */
const FIRST: readonly Act[] = ['approve', 'done', 'resolve'];
/** What is done with a task beside what it asks for; each asks whom it is about. */
const MORE: readonly Act[] = ['transfer', 'delegate', 'add_sign', 'remove_sign', 'cc'];

/** What the holder of a task can do with it. */
export function Decide({ task, object, box, labels, onChange }: Props) {
  const { t } = useTranslation();
  const [comment, setComment] = useState('');
  const [picked, setPicked] = useState<Picked>({});
  const [asking, setAsking] = useState<Act | null>(null);
  const [returning, setReturning] = useState(false);
  const { found } = useShown(object, task.record.id, task.form);
  // What is approved is what was seen.
  const seen = found.data?.version;
  const acting = useAct({
    task,
    box,
    seen,
    places: returning ? ['person', 'comment', 'whole'] : ['comment', 'picks'],
    onDone: () => setComment(''),
  });
  const { act: doing } = acting.variables ?? {};
  const refused = refusalOf(acting.error);
  const inReturn = doing === 'return';
  const may = (act: Act) => task.may?.includes(act) === true;
  const busy = (act: Act) => acting.isPending && doing === act;
  // One decides once, and about what is shown.
  const waits = (act: Act) => (act !== 'resolve' && found.isPending) || (acting.isPending && doing !== act);
  const run = (act: Act, more: Said = {}) =>
    acting.mutate({ act, said: { ...(comment.trim() === '' ? {} : { comment }), ...more } });
  const picks = may('approve') ? (task.picks ?? []) : [];
  const findings = acting.error instanceof Problem ? acting.error.findings : new Map<string, string[]>();
  const first = FIRST.find(may);
  const more = MORE.filter(may);
  return (
    <footer className={styles.decide}>
      <PicksInput asked={picks} labels={labels} value={picked} onChange={setPicked} wrong={wrongPicks(findings)} />
      <Comment short value={comment} onChange={setComment} wrong={inReturn ? undefined : refused.comment} />
      <div className={styles.buttons}>
        {first && (
          <Button
            type="primary"
            loading={busy(first)}
            disabled={waits(first) || !isPicked(picks, picked)}
            onClick={() => run(first, first === 'approve' && picks.length > 0 ? { picks: sentPicks(picked) } : {})}
          >
            {t(`approvals.acts.${first}`)}
          </Button>
        )}
        {may('reject') && (
          <Button danger loading={busy('reject')} disabled={waits('reject')} onClick={() => run('reject')}>
            {t('approvals.acts.reject')}
          </Button>
        )}
        {may('return') && (
          <Return
            task={task.id}
            comment={comment}
            onComment={setComment}
            disabled={found.isPending || acting.isPending}
            busy={busy('return')}
            refused={inReturn ? refused : {}}
            open={returning}
            onOpen={setReturning}
            onReturn={(said) => run('return', said)}
          />
        )}
        {Object.values(task.fields ?? {}).includes('edit') && (
          <Button disabled={acting.isPending} onClick={onChange}>
            {t('record.edit')}
          </Button>
        )}
        {may('comment') && comment.trim() !== '' && (
          <Button loading={busy('comment')} disabled={acting.isPending} onClick={() => run('comment')}>
            {t('approvals.acts.comment')}
          </Button>
        )}
        {more.length > 0 && (
          <Dropdown
            trigger={['click']}
            placement="topLeft"
            disabled={acting.isPending}
            menu={{
              items: more.map((key) => ({ key, label: t(`approvals.acts.${key}`) })),
              onClick: ({ key }) => setAsking(key as Act),
            }}
          >
            <Button icon={<ChevronDown size={15} aria-hidden />} iconPlacement="end" aria-haspopup="menu">
              {t('approvals.more')}
            </Button>
          </Dropdown>
        )}
      </div>
      {asking && (
        <Suspense fallback={null}>
          <ActDialog
            task={task}
            act={asking}
            box={box}
            comment={comment}
            onDone={() => setComment('')}
            onClose={() => setAsking(null)}
          />
        </Suspense>
      )}
    </footer>
  );
}
